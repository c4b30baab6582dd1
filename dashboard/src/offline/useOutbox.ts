/** The outbox of whoever is signed in, for the pages; what was sent is read again. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { useSession, useUser } from '@/session/session';
import { asDecided, type Decision } from './decisions';
import { type Outbox, outboxOf } from './outbox';

// Beginnings of the keys of queries that a decision changes.
const TOUCHED = [
  'recommendations.get',
  'recommendations.history',
  'recommendations.list',
  'home.get',
  'notifications.list',
];

// A client of queries is one person's, from sign-in to sign-out.
const outboxes = new WeakMap<QueryClient, Outbox>();

export function outboxIn(queries: QueryClient, userId: number): Outbox {
  const known = outboxes.get(queries);
  if (known) return known;
  const outbox = outboxOf(userId, (decision) => showTaken(queries, decision));
  outboxes.set(queries, outbox);
  return outbox;
}

export function useOutbox() {
  const outbox = outboxIn(useQueryClient(), useUser().id);
  const decisions = useSyncExternalStore(outbox.subscribe, outbox.decisions);
  return { outbox, decisions };
}

/** Sends what waits for as long as somebody is signed in; to be used once. */
export function useSending() {
  const { outbox } = useOutbox();
  const session = useSession();
  const isConfirmed = session.state === 'signed-in' && session.isConfirmed;
  useEffect(() => outbox.start(), [outbox]);
  useEffect(() => {
    if (isConfirmed) void outbox.sendAll();
  }, [outbox, isConfirmed]);
}

interface Shown {
  id: number;
  status: Decision['seen'];
  snoozedUntil: string | null;
}

/** What is shown changes at once, so that it does not fall back until it was read again. */
function showTaken(queries: QueryClient, decision: Decision) {
  queries.setQueriesData<Shown>(
    { queryKey: ['recommendations.get', { id: decision.recommendationId }] },
    (one) => one && asDecided(one, [decision]),
  );
  for (const name of TOUCHED) void queries.invalidateQueries({ queryKey: [name] });
}
