/** How far an execution is, in a word; and as steps while it goes on. */
import type { ExecutionStatus, ModelExecution, Phase } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Badge, type Tone } from '@/ui/Layouts';
import css from './executions.module.css';
import { words } from './words';

const TONES: Record<ExecutionStatus, Tone> = { running: 'info', success: 'ok', failed: 'bad' };
const STEPS: readonly Phase[] = ['queued', 'claimed', 'started', 'done'];

export function StatusBadge({
  execution,
}: {
  execution: Pick<ModelExecution, 'status' | 'phase'>;
}) {
  const t = useWords(words);
  const { status, phase } = execution;
  return (
    <Badge tone={TONES[status]}>
      {status === 'running' ? t.phases[phase] : t.statuses[status]}
    </Badge>
  );
}

/** Announced to screen readers whenever it moves on. */
export function Progress({ execution }: { execution: Pick<ModelExecution, 'status' | 'phase'> }) {
  const t = useWords(words);
  const { phase, status } = execution;
  const reached = phase === 'held' ? -1 : STEPS.indexOf(phase);
  return (
    <div className={css.progress}>
      <ol aria-label={t.progress}>
        {STEPS.map((step, place) => (
          <li
            key={step}
            data-reached={place <= reached || undefined}
            data-failed={(step === 'done' && status === 'failed') || undefined}
            aria-current={place === reached ? 'step' : undefined}
          >
            {step === 'done' && status === 'failed' ? t.statuses.failed : t.phases[step]}
          </li>
        ))}
      </ol>
      <p className="visually-hidden" role="status">
        {status === 'running' ? t.phases[phase] : t.statuses[status]}
      </p>
      {phase === 'held' && <Badge tone="warn">{t.phases.held}</Badge>}
    </div>
  );
}
