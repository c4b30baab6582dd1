/** One execution: how it went, what it read, what it found, and a way to do it again. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ExecutionDetail } from '@/api/client';
import { failureOf } from '@/api/errors';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Absent } from '@/ui/Absent';
import { Cause } from '@/ui/Cause';
import { Json } from '@/ui/Disclosure';
import { type Fact, Facts } from '@/ui/Items';
import { Card, Muted, Page, Row } from '@/ui/Layouts';
import { Loaded, Skeleton } from '@/ui/States';
import css from './executions.module.css';
import { Findings } from './Findings';
import { readInputRef, shortVersion } from './input';
import { sayTrigger, sayWindow } from './input-words';
import { Output } from './Output';
import { executionQuery, recommendationsOfQuery } from './queries';
import { Retry } from './Retry';
import { Progress, StatusBadge } from './Status';
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

function Timings({ execution }: { execution: ExecutionDetail }) {
  const t = useWords(words);
  const format = useFormat();
  const ref = execution.inputRef ? readInputRef(execution.inputRef) : null;
  const moment = (label: string, at: string | null): Fact | null =>
    at === null ? null : { label, value: format.dateTime(at) };
  return (
    <Facts
      facts={[
        execution.dataset
          ? {
              label: t.dataset,
              value: <Link href={`/datasets/${execution.dataset}`}>{execution.dataset}</Link>,
            }
          : null,
        execution.dataVersion
          ? { label: t.dataVersion, value: <code>{shortVersion(execution.dataVersion)}</code> }
          : null,
        { label: t.window, value: sayWindow(ref, t, format) },
        { label: t.trigger, value: sayTrigger(execution.trigger, t) },
        moment(t.requested, execution.requestedAt),
        execution.phase === 'started' || execution.phase === 'done'
          ? moment(t.started, execution.startedAt)
          : null,
        moment(t.finished, execution.finishedAt),
        execution.durationMs === null
          ? null
          : { label: t.duration, value: format.duration(execution.durationMs) },
        execution.attempt > 1
          ? { label: t.attempt, value: format.number(execution.attempt) }
          : null,
        execution.dagsterRunId
          ? {
              label: t.dagster,
              value: (
                <a href={`/dagster/runs/${execution.dagsterRunId}`}>
                  {execution.dagsterRunId.slice(0, 8)}
                </a>
              ),
            }
          : null,
      ]}
    />
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

function Metrics({ execution }: { execution: ExecutionDetail }) {
  const t = useWords(words);
  const format = useFormat();
  if (!execution.metrics) return null;
  const facts = Object.entries(execution.metrics).flatMap(([label, value]) =>
    typeof value === 'number'
      ? [{ label: label.replaceAll('_', ' '), value: format.number(value) }]
      : typeof value === 'string'
        ? [{ label: label.replaceAll('_', ' '), value }]
        : [],
  );
  return (
    <Card title={t.metrics}>
      <Facts facts={facts} />
      <Row>
        <Json label={t.raw} value={execution.metrics} />
      </Row>
    </Card>
  );
}
