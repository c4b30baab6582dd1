/** What the version gave out last: the plot of a series, and the findings. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ModelDetail } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Findings } from '@/pages/executions/Findings';
import { executionQuery } from '@/pages/executions/queries';
import { StatusBadge } from '@/pages/executions/Status';
import { Facts } from '@/ui/Items';
import { Card } from '@/ui/Layouts';
import { Empty, Loaded, Skeleton } from '@/ui/States';
import { useNow } from '@/ui/useNow';
import { sayCoverage } from './coverage';
import { latestSuccessQuery } from './queries';
import { Scored } from './Scored';
import { words } from './words';

export function Overview({ model }: { model: ModelDetail }) {
  const t = useWords(words);
  const query = useQuery(latestSuccessQuery(model.id));
  return (
    <Loaded
      query={query}
      height={36}
      isEmpty={(found) => found.length === 0}
      empty={
        <Empty title={t.noRuns}>
          <p>{t.noRunsText}</p>
        </Empty>
      }
    >
      {(found) => (found[0] ? <Latest id={found[0].id} model={model} /> : null)}
    </Loaded>
  );
}

function Latest({ id, model }: { id: number; model: ModelDetail }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const { data } = useQuery(executionQuery(id));
  return (
    <>
      <Card title={t.latestRun} aside={data && <StatusBadge execution={data} />}>
        <Facts
          facts={[
            {
              label: t.execution,
              value: <Link href={`/executions/${id}`}>{t.openExecution(id)}</Link>,
            },
            {
              label: t.lastRun,
              value: data?.finishedAt ? format.ago(data.finishedAt, now) : '…',
            },
            {
              label: t.lastDuration,
              value: data?.durationMs == null ? '…' : format.duration(data.durationMs),
            },
            ...(data?.coverage
              ? [{ label: t.judged, value: sayCoverage(data.coverage, t, format) }]
              : []),
          ]}
        />
      </Card>
      <Card title={t.scored}>
        <Scored executionId={id} model={model} />
      </Card>
      <Card title={t.latestFindings}>
        {data ? <Findings findings={data.findings} /> : <Skeleton height={4} />}
      </Card>
    </>
  );
}
