import type { ExecutionStatus, ModelExecution } from '@/api/client';
import type { Tone } from '@/ui/Layouts';

const TONES: Record<ExecutionStatus, Tone> = {
  running: 'info',
  success: 'ok',
  failed: 'bad',
};

export type Outcome = ExecutionStatus | 'superseded';

type Ended = Pick<ModelExecution, 'status' | 'supersededBy'>;

/** What newer data made needless has not failed. */
export const outcomeOf = ({ status, supersededBy }: Ended): Outcome =>
  supersededBy === null ? status : 'superseded';

export const toneOf = (execution: Ended): Tone =>
  execution.supersededBy === null ? TONES[execution.status] : 'plain';
