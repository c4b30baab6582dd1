/**
 * Whether the platform can be reached. A phone often believes in a network that leads nowhere, so how the
 * last request went counts, not what the browser says; while there is none, it is tried again and again.
 */
import { useSyncExternalStore } from 'react';

const FIRST_WAIT_MS = 2000;
const LAST_WAIT_MS = 60_000;

const listeners = new Set<() => void>();
let isReached = navigator.onLine;
let probe: () => Promise<void> = async () => {};
let wait = FIRST_WAIT_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

function change(reached: boolean) {
  if (reached) {
    clearTimeout(timer);
    timer = undefined;
    wait = FIRST_WAIT_MS;
  } else {
    timer ??= setTimeout(again, wait);
  }
  if (reached === isReached) return;
  isReached = reached;
  for (const listener of listeners) listener();
}

function again() {
  timer = undefined;
  wait = Math.min(wait * 2, LAST_WAIT_MS);
  void probe();
}

function tryNow() {
  clearTimeout(timer);
  wait = FIRST_WAIT_MS;
  again();
}

/** A request got an answer, or none. */
export const noteAnswer = () => change(true);
export const noteSilence = () => change(false);

/** asked: makes a request, and notes how it went. */
export function watchConnection(asked: () => Promise<void>) {
  probe = asked;
  window.addEventListener('online', tryNow);
  window.addEventListener('offline', noteSilence);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && !isReached) tryNow();
  });
  if (!isReached) noteSilence();
}

export const isOnline = () => isReached;

export const onConnection = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const useIsOnline = () => useSyncExternalStore(onConnection, () => isReached);
