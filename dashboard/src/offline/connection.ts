/** Whether the platform can be reached: what the browser says, corrected by how the last requests went. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let isReached = navigator.onLine;

function change(reached: boolean) {
  if (reached === isReached) return;
  isReached = reached;
  for (const listener of listeners) listener();
}

window.addEventListener('online', () => change(true));
window.addEventListener('offline', () => change(false));

/** A request got an answer, or none. */
export const noteAnswer = () => change(true);
export const noteSilence = () => change(false);

export const isOnline = () => isReached;

export const onConnection = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const useIsOnline = () => useSyncExternalStore(onConnection, () => isReached);
