/** The outbox of whoever is signed in, for the pages; what was sent is read again. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from 'react';
import { useSession } from '@/session/session';
import { asDecided, type Decision } from './decisions';
import { type Outbox, outboxOf } from './outbox';

const Current = createContext<Outbox | null>(null);

// Beginnings of the keys of queries that a decision changes.
const TOUCHED = [
  'recommendations.get',
  'recommendations.history',
  'recommendations.list',
  'dashboard.stats',
  'notifications.list',
];

export function OutboxProvider({ userId, children }: { userId: number; children: ReactNode }) {
  const queries = useQueryClient();
  const session = useSession();
  const isConfirmed = session.state === 'signed-in' && session.isConfirmed;
  const outbox = useMemo(
    () => outboxOf(userId, (decision) => showTaken(queries, decision)),
    [userId, queries],
  );
  useEffect(() => outbox.start(), [outbox]);
  useEffect(() => {
    if (isConfirmed) void outbox.sendAll();
  }, [outbox, isConfirmed]);
  return <Current value={outbox}>{children}</Current>;
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

export function useOutbox() {
  const outbox = useContext(Current);
  if (!outbox) throw new Error('the outbox was asked for outside of its provider');
  const decisions = useSyncExternalStore(outbox.subscribe, outbox.decisions);
  return { outbox, decisions };
}
