/** The moment, in ms, that ages are told from; all of a page move on together, twice a minute. */
import { useSyncExternalStore } from 'react';
import { onClock, platformNow } from '@/session/clock';

const STEP_MS = 30_000;
const listeners = new Set<() => void>();
let now = platformNow();

function moveOn() {
  now = platformNow();
  for (const listener of listeners) listener();
}

setInterval(moveOn, STEP_MS);
onClock(moveOn);

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useNow = () => useSyncExternalStore(subscribe, () => now);
