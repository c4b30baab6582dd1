/** Asks for a report; the page then shows how far it is (`?report=`). */
import { useRef } from 'react';
import { api } from '@/api/client';
import { newKey } from '@/api/keys';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { useAddress } from '@/ui/Filters';
import { useAction } from '@/ui/useAction';
import { words as uiWords } from '@/ui/words';
import { words } from './words';

export function Generate({
  templateId,
  label,
  isMain = false,
}: {
  templateId: number;
  label: string;
  isMain?: boolean;
}) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const isOnline = useIsOnline();
  const [, change] = useAddress();
  // Kept until there is an answer, so that one that got lost does not make a second report.
  const key = useRef(newKey());
  const action = useAction({
    run: () => api.reports.generate.mutate({ templateId, idempotencyKey: key.current }),
    done: t.asked,
    touches: [['reports.generated']],
    onDone: ({ reportId }) => {
      key.current = newKey();
      change('report', String(reportId));
    },
  });
  return (
    <Button
      look={isMain ? 'primary' : 'plain'}
      isBusy={action.isBusy}
      disabled={!isOnline}
      title={isOnline ? undefined : ui.needsNetwork}
      onClick={() => action.start()}
    >
      {label}
    </Button>
  );
}
