/** Download and preview of a report that is ready. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type FileFormat, type GeneratedReport } from '@/api/client';
import { failureOf } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { useAddress } from '@/ui/Filters';
import { Row } from '@/ui/Layouts';
import { sayFailure } from '@/ui/States';
import { say } from '@/ui/toasts';
import { words as uiWords } from '@/ui/words';
import { previewQuery } from './queries';
import { words } from './words';

/** The form of the kept result, from which a workbook can be made. */
const KEPT = 'parquet';

export function FileActions({ report: { id, files } }: { report: GeneratedReport }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const isOnline = useIsOnline();
  const queries = useQueryClient();
  const [, change] = useAddress();
  const [isBusy, setIsBusy] = useState(false);
  const download = async (as?: FileFormat) => {
    setIsBusy(true);
    try {
      // A link is good for minutes, so each press asks for one of its own.
      const { path, fileName } = await api.reports.download.query({ reportId: id, as });
      const link = document.createElement('a');
      link.href = path;
      link.download = fileName;
      link.click();
    } catch (error) {
      const failure = failureOf(error);
      say('message' in failure ? failure.message : sayFailure(error, ui)[0]);
    } finally {
      setIsBusy(false);
    }
  };
  const why = isOnline ? undefined : ui.needsNetwork;
  return (
    <Row>
      <Button
        isBusy={isBusy}
        disabled={!isOnline}
        title={why}
        aria-label={`${t.download} ${id}`}
        onClick={() => void download()}
      >
        {t.download}
      </Button>
      {files?.some(({ form }) => form === KEPT) && (
        <Button
          look="quiet"
          isBusy={isBusy}
          disabled={!isOnline}
          title={why}
          aria-label={`${t.downloadXlsx} ${id}`}
          onClick={() => void download('xlsx')}
        >
          {t.downloadXlsx}
        </Button>
      )}
      <Button
        look="quiet"
        disabled={!isOnline}
        title={why}
        aria-label={`${t.preview} ${id}`}
        onPointerEnter={() => void queries.prefetchQuery(previewQuery(id))}
        onClick={() => {
          change('preview', String(id));
          window.scrollTo({ top: 0, behavior: 'smooth' });
        }}
      >
        {t.preview}
      </Button>
    </Row>
  );
}
