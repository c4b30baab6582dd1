/** The report that was asked for on this page, until it is ready or has failed. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { GeneratedReport, ReportStatus } from '@/api/client';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Cause } from '@/ui/Cause';
import { useAddress } from '@/ui/Filters';
import { Card, Muted, Stack } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { Steps } from '@/ui/Steps';
import { FileActions } from './FileActions';
import { reportQuery } from './queries';
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
            <Progress status={report.status} />
            <Outcome report={report} />
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}

function Progress({ status }: { status: ReportStatus }) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const isFailed = status === 'failed';
  return (
    <Steps
      label={t.progress}
      steps={STEPS.map(
        (step) => named.report_status[step === 'ready' && isFailed ? 'failed' : step],
      )}
      reached={isFailed ? STEPS.length - 1 : STEPS.indexOf(status)}
      isFailed={isFailed}
      now={named.report_status[status]}
    />
  );
}

function Outcome({ report }: { report: GeneratedReport }) {
  const t = useWords(words);
  switch (report.status) {
    case 'ready':
      return <FileActions report={report} />;
    case 'failed':
      return <Cause>{report.errorMsg}</Cause>;
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
