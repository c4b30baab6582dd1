/** One execution: how it went, what it read, what it found, and a way to do it again. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ExecutionDetail } from '@/api/client';
import { failureOf } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { Absent } from '@/ui/Absent';
import { Cause } from '@/ui/Cause';
import { Card, Muted, Page } from '@/ui/Layouts';
import { Loaded, Skeleton } from '@/ui/States';
import css from './executions.module.css';
import { Findings } from './Findings';
import { Metrics } from './Metrics';
import { Output } from './Output';
import { executionQuery, recommendationsOfQuery } from './queries';
import { Retry } from './Retry';
import { Progress, StatusBadge } from './Status';
import { Timings } from './Timings';
import { words } from './words';

export function Detail({ id }: { id: number }) {
  const t = useWords(words);
  const query = useQuery(executionQuery(id));
  if (query.isError && failureOf(query.error).kind === 'absent') {
    return <Absent title={t.absent} back="/executions" backTo={t.title} />;
  }
  const execution = query.data;
  return (
    <Page title={t.one(id)} actions={execution && <Retry execution={execution} />}>
      <Loaded query={query} height={30}>
        {(found) => <Found execution={found} />}
      </Loaded>
    </Page>
  );
}

function Found({ execution }: { execution: ExecutionDetail }) {
  const t = useWords(words);
  return (
    <>
      <Card
        title={
          <Link href={`/models/${execution.modelId}`}>
            {t.of(execution.modelName, execution.modelVersion)}
          </Link>
        }
        aside={<StatusBadge execution={execution} />}
      >
        {execution.status === 'running' && <Progress execution={execution} />}
        {execution.errorMsg && (
          <>
            <h3>{execution.supersededBy === null ? t.error : t.superseded}</h3>
            <Cause>{execution.errorMsg}</Cause>
          </>
        )}
        <Timings execution={execution} />
      </Card>
      {execution.status !== 'running' && execution.outputTotal > 0 && (
        <Card title={t.output}>
          <Output executionId={execution.id} />
        </Card>
      )}
      {execution.status === 'success' && (
        <>
          <Card title={t.findings}>
            <Findings findings={execution.findings} />
          </Card>
          <Advice id={execution.id} />
        </>
      )}
      <Metrics execution={execution} />
    </>
  );
}

function Advice({ id }: { id: number }) {
  const t = useWords(words);
  const query = useQuery(recommendationsOfQuery(id));
  return (
    <Card title={t.recommendations}>
      {query.isPending ? (
        <Skeleton height={2} />
      ) : query.data?.length ? (
        <ul className={css.findings}>
          {query.data.map((each) => (
            <li key={each.id}>
              <Link href={`/recommendations/${each.id}`}>{each.title}</Link>
            </li>
          ))}
        </ul>
      ) : (
        <Muted>{t.noRecommendations}</Muted>
      )}
    </Card>
  );
}
