/** What was done to a draft, step by step, so that each can be undone and made again. */

export interface Edits<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
  /** Which part the last step was of, and when it was made, in ms. */
  last: { of: string | null; at: number };
}

// What is typed without a pause is one step.
const PAUSE_MS = 1000;
const MOST = 100;

export const editsOf = <T>(now: T): Edits<T> => ({
  ...{ past: [], now, future: [] },
  last: { of: null, at: 0 },
});

/** of: the part that is written in; null for what is a step of its own, such as a press on a button. */
export function stepped<T>(edits: Edits<T>, now: T, of: string | null, at: number): Edits<T> {
  if (JSON.stringify(now) === JSON.stringify(edits.now)) return edits;
  const isSame = of !== null && of === edits.last.of && at - edits.last.at < PAUSE_MS;
  const past = isSame ? edits.past : [...edits.past, edits.now].slice(-MOST);
  return { past, now, future: [], last: { of, at } };
}

export function undone<T>({ past, now, future }: Edits<T>): Edits<T> {
  const before = past.at(-1);
  if (before === undefined) return { past, now, future, last: { of: null, at: 0 } };
  return { ...editsOf(before), past: past.slice(0, -1), future: [now, ...future] };
}

export function redone<T>({ past, now, future }: Edits<T>): Edits<T> {
  const [after, ...others] = future;
  if (after === undefined) return { past, now, future, last: { of: null, at: 0 } };
  return { ...editsOf(after), past: [...past, now], future: others };
}
