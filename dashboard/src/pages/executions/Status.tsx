/** How far an execution is, in a word; and as steps while it goes on. */
import type { ModelExecution, Phase } from '@/api/client';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Badge, Stack } from '@/ui/Layouts';
import { Steps } from '@/ui/Steps';
import { outcomeOf, toneOf } from './tones';
import { words } from './words';

type Going = Pick<ModelExecution, 'status' | 'phase' | 'supersededBy'>;

const STEPS: readonly Phase[] = ['queued', 'claimed', 'started', 'done'];

export function StatusBadge({ execution }: { execution: Going }) {
  const named = useWords(vocabulary);
  return <Badge tone={toneOf(execution)}>{sayStatus(execution, named)}</Badge>;
}

export const sayStatus = (execution: Going, named: (typeof vocabulary)['en']) =>
  execution.status === 'running'
    ? named.execution_phase[execution.phase]
    : named.execution_status[outcomeOf(execution)];

export function Progress({ execution }: { execution: Going }) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const { phase, status } = execution;
  const outcome = outcomeOf(execution);
  const isFailed = outcome === 'failed';
  return (
    <Stack>
      <Steps
        label={t.progress}
        steps={STEPS.map((step) =>
          step === 'done' && status === 'failed'
            ? named.execution_status[outcome]
            : named.execution_phase[step],
        )}
        reached={phase === 'held' ? -1 : STEPS.indexOf(phase)}
        isFailed={isFailed}
        now={status === 'running' ? named.execution_phase[phase] : named.execution_status[outcome]}
      />
      {phase === 'held' && (
        <span>
          <Badge tone="warn">{named.execution_phase.held}</Badge>
        </span>
      )}
    </Stack>
  );
}
