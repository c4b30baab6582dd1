import type { LoadProgress } from '@/api/client';

export const STAGES = ['queued', 'loading', 'preparing', 'scoring', 'done'] as const;

type Stage = (typeof STAGES)[number];

/** Where a file stands that was asked to be loaded. */
export function stageOf({ status, prepared, isDone }: LoadProgress): Stage {
  if (isDone) return 'done';
  if (status !== 'loaded') return status === 'loading' ? 'loading' : 'queued';
  return prepared === 'prepared' ? 'scoring' : 'preparing';
}
