/** What an execution read, what asked for it, and when it did what. */
import { Link } from 'wouter';
import type { ExecutionDetail } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { type Fact, Facts } from '@/ui/Items';
import { readInputRef, shortVersion } from './input';
import { sayTrigger, sayWindow } from './input-words';
import { words } from './words';

export function Timings({ execution }: { execution: ExecutionDetail }) {
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
        execution.requestId
          ? { label: t.request, value: <code>{execution.requestId}</code> }
          : null,
      ]}
    />
  );
}
