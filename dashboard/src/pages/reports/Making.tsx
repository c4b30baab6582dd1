/** The report that was asked for on this page, until it is ready or has failed. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { GeneratedReport, ReportStatus } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { useAddress } from '@/ui/Filters';
import { Card, Muted, Stack } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { FileActions } from './FileActions';
import { reportQuery } from './queries';
import css from './reports.module.css';
import { words } from './words';

const STEPS: readonly ReportStatus[] = ['pending', 'generating', 'ready'];

export function Making({ reportId }: { reportId: number }) {
  const t = useWords(words);
  const [, change] = useAddress();
  const query = useQuery(reportQuery(reportId));
  useRefreshed(query.data?.status);
  return (
    <Card
      title={t.progress}
      aside={
        <Button look="quiet" onClick={() => change('report', '')}>
          {t.hide}
        </Button>
      }
    >
      <Loaded query={query} height={6}>
        {(report) => (
          <Stack>
            <Steps status={report.status} />
            <Outcome report={report} />
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}

function Steps({ status }: { status: ReportStatus }) {
  const t = useWords(words);
  const reached = status === 'failed' ? STEPS.length - 1 : STEPS.indexOf(status);
  const wordOf = (step: ReportStatus) =>
    t.reportStatuses[step === 'ready' && status === 'failed' ? 'failed' : step];
  return (
    <>
      <ol className={css.steps}>
        {STEPS.map((step, place) => (
          <li
            key={step}
            data-reached={place <= reached || undefined}
            data-failed={(status === 'failed' && step === 'ready') || undefined}
            aria-current={place === reached ? 'step' : undefined}
          >
            {wordOf(step)}
          </li>
        ))}
      </ol>
      <p className="visually-hidden" role="status">
        {t.reportStatuses[status]}
      </p>
    </>
  );
}

function Outcome({ report }: { report: GeneratedReport }) {
  const t = useWords(words);
  switch (report.status) {
    case 'ready':
      return <FileActions report={report} />;
    case 'failed':
      return <p className={css.error}>{report.errorMsg}</p>;
    default:
      return <Muted>{t.waiting}</Muted>;
  }
}

function useRefreshed(status: ReportStatus | undefined) {
  const queries = useQueryClient();
  useEffect(() => {
    if (status === 'ready' || status === 'failed') {
      void queries.invalidateQueries({ queryKey: ['reports.generated'] });
    }
  }, [status, queries]);
}
