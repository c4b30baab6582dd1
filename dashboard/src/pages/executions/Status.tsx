/** How far an execution is, in a word; and as steps while it goes on. */
import type { ModelExecution, Phase } from '@/api/client';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Badge, Stack } from '@/ui/Layouts';
import { Steps } from '@/ui/Steps';
import { TONES } from './tones';
import { words } from './words';

const STEPS: readonly Phase[] = ['queued', 'claimed', 'started', 'done'];

export function StatusBadge({
  execution,
}: {
  execution: Pick<ModelExecution, 'status' | 'phase'>;
}) {
  const named = useWords(vocabulary);
  const { status, phase } = execution;
  return (
    <Badge tone={TONES[status]}>
      {status === 'running' ? named.execution_phase[phase] : named.execution_status[status]}
    </Badge>
  );
}

export function Progress({ execution }: { execution: Pick<ModelExecution, 'status' | 'phase'> }) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const { phase, status } = execution;
  const isFailed = status === 'failed';
  return (
    <Stack>
      <Steps
        label={t.progress}
        steps={STEPS.map((step) =>
          step === 'done' && isFailed ? named.execution_status.failed : named.execution_phase[step],
        )}
        reached={phase === 'held' ? -1 : STEPS.indexOf(phase)}
        isFailed={isFailed}
        now={status === 'running' ? named.execution_phase[phase] : named.execution_status[status]}
      />
      {phase === 'held' && (
        <span>
          <Badge tone="warn">{named.execution_phase.held}</Badge>
        </span>
      )}
    </Stack>
  );
}
