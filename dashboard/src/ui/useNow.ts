/** The moment, in ms, that ages are told from; all of a page move on together, twice a minute. */
import { useSyncExternalStore } from 'react';

const STEP_MS = 30_000;
const listeners = new Set<() => void>();
let now = Date.now();

setInterval(() => {
  now = Date.now();
  for (const listener of listeners) listener();
}, STEP_MS);

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useNow = () => useSyncExternalStore(subscribe, () => now);
