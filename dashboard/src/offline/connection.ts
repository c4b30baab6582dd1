/**
 * Whether the platform can be reached. A phone often believes in a network that leads nowhere, so how the
 * last request went counts, not what the browser says; while there is none, it is tried again and again.
 */
import { useSyncExternalStore } from 'react';

const FIRST_WAIT_MS = 2000;
const LAST_WAIT_MS = 60_000;

const listeners = new Set<() => void>();
let isReached = navigator.onLine;
// A proxy, say: there is a network, and the platform is not reached through it.
let isAnswered = false;
let probe: () => Promise<void> = async () => {};
let wait = FIRST_WAIT_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

function change(reached: boolean, answered = false) {
  if (reached) {
    clearTimeout(timer);
    timer = undefined;
    wait = FIRST_WAIT_MS;
  } else {
    timer ??= setTimeout(again, wait);
  }
  if (reached === isReached && answered === isAnswered) return;
  isReached = reached;
  isAnswered = answered;
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

/** A request got an answer, or none; answered: by somebody else than the platform. */
export const noteAnswer = () => change(true);
export const noteSilence = (answered = false) => change(false, answered);

/** asked: makes a request, and notes how it went. */
export function watchConnection(asked: () => Promise<void>) {
  probe = asked;
  window.addEventListener('online', tryNow);
  window.addEventListener('offline', () => noteSilence());
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

export type Reach = 'reached' | 'silent' | 'unreachable';

const reach = (): Reach => (isReached ? 'reached' : isAnswered ? 'unreachable' : 'silent');

/** Whether nobody answers, or somebody who does not reach the platform. */
export const useReach = () => useSyncExternalStore(onConnection, reach);

export const useIsOnline = () => useSyncExternalStore(onConnection, () => isReached);
