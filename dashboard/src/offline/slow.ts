/** Whether the platform lets a reader wait: then what is kept is shown, with a word, until it answers. */
import type { QueryCache } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

const PATIENCE_MS = 4000;

const listeners = new Set<() => void>();
let isSlow = false;

function change(slow: boolean) {
  if (slow === isSlow) return;
  isSlow = slow;
  for (const listener of listeners) listener();
}

/** Follows what is asked from now on; one cache at a time, that of whoever is signed in. */
export function watchSlowness(cache: QueryCache) {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  const overdue = new Set<string>();
  change(false);
  cache.subscribe(({ type, query: { queryHash, state } }) => {
    const isAsked = type !== 'removed' && state.fetchStatus === 'fetching';
    if (isAsked && !waiting.has(queryHash)) {
      const late = () => change(overdue.add(queryHash).size > 0);
      waiting.set(queryHash, setTimeout(late, PATIENCE_MS));
    } else if (!isAsked && waiting.has(queryHash)) {
      clearTimeout(waiting.get(queryHash));
      waiting.delete(queryHash);
      overdue.delete(queryHash);
      change(overdue.size > 0);
    }
  });
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useIsSlow = () => useSyncExternalStore(subscribe, () => isSlow);
