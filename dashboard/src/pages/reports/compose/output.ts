/** What the controls of one format's file are given. */
import type { Outputs } from '@/api/client';

export interface OutputGiven<F extends keyof Outputs> {
  value: Outputs[F];
  /** The tables that there are. */
  options: readonly { value: string; label: string }[];
  /** What was refused of it, by key. */
  problems: (key: string) => readonly string[];
  set: (change: object) => void;
}
