/** Whether the platform lets a reader wait: then what is kept is shown, with a word, until it answers. */
import type { Query, QueryCache } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

const PATIENCE_MS = 4000;
// What was read by then is as current as what comes.
const CURRENT_MS = 120_000;

const listeners = new Set<() => void>();
let overdue: ReadonlyMap<string, Query> = new Map();
let since = 0;

function change(late: ReadonlyMap<string, Query>) {
  if (late.size === 0 && overdue.size === 0) return;
  overdue = late;
  for (const listener of listeners) listener();
}

/**
 * Follows what somebody looks at, from now on; one cache at a time, that of whoever is signed in. What is fetched ahead
 * lets nobody wait.
 */
export function watchSlowness(cache: QueryCache) {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  since = Date.now();
  change(new Map());
  cache.subscribe(({ type, query }) => {
    const { queryHash } = query;
    const isLookedAt = type !== 'removed' && query.getObserversCount() > 0;
    const isAwaited = isLookedAt && query.state.fetchStatus === 'fetching';
    if (isAwaited && !waiting.has(queryHash)) {
      const late = () => change(new Map(overdue).set(queryHash, query));
      waiting.set(queryHash, setTimeout(late, PATIENCE_MS));
    } else if (!isAwaited && waiting.has(queryHash)) {
      clearTimeout(waiting.get(queryHash));
      waiting.delete(queryHash);
      change(new Map([...overdue].filter(([hash]) => hash !== queryHash)));
    }
  });
}

/** Whether it is of an earlier visit or long ago, or made of what is kept. A heavy read that is shown fresh is neither. */
function isStoodIn({ state, meta }: Query): boolean {
  if (state.data === undefined) return meta?.hasStandIn === true;
  return state.dataUpdatedAt < Math.max(since, Date.now() - CURRENT_MS);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const isSlow = () => [...overdue.values()].some(isStoodIn);

/** Whether something is shown that was kept, as its answer does not come. */
export const useIsSlow = () => useSyncExternalStore(subscribe, isSlow);

export const isOverdue = (queryHash: string) => overdue.has(queryHash);

/** Whether this one's answer does not come. */
export const useIsOverdue = (queryHash: string) =>
  useSyncExternalStore(subscribe, () => isOverdue(queryHash));
