import type { Runtime } from '@/api/client';
import type { Draft } from './draft';

/** What each part of a model's form is given. */
export interface PartProps {
  draft: Draft;
  set: (changed: Partial<Draft>) => void;
  /** What was refused at that path of the input, or under it. */
  problemsAt: (path: string) => string[];
  runtimes: readonly Runtime[];
}
