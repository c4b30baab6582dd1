/**
 * What was seen, kept for reading without a network and wiped at sign-out; see store.ts for whose it is.
 * Only queries whose `meta.keep` is true are kept.
 */
import type { PersistedClient, Persister } from '@tanstack/react-query-persist-client';
import { change, read } from '@/offline/store';
import { within } from './budget';

declare module '@tanstack/react-query' {
  interface Register {
    /** hasStandIn: where it does not come, the page makes the same of what is kept. */
    queryMeta: { keep?: boolean; hasStandIn?: boolean };
  }
}

/** Of `useQuery({ meta: KEEP })`: readable without a network. */
export const KEEP = { keep: true } as const;
/** The key under which stands when the device last asked what has changed in the inbox. */
export const KEPT_CHANGES = ['recommendations.changes'] as const;
export const KEPT_FOR_MS = 14 * 24 * 3600 * 1000;
const WAIT_MS = 1000;

/** A persister is told of every change of every query; it writes once a second at most. */
export function persisterOf(userId: number): Persister & { start: () => () => void } {
  let waiting: PersistedClient | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    const client = waiting;
    waiting = null;
    if (client) void save(userId, client);
  };
  const onHidden = () => document.visibilityState === 'hidden' && write();

  return {
    persistClient: (client) => {
      waiting = client;
      timer ??= setTimeout(write, WAIT_MS);
    },
    restoreClient: () => read<PersistedClient>(userId, 'seen'),
    removeClient: async () => {
      waiting = null;
      await change(userId, 'seen', () => undefined);
    },
    /** Writes at once when the page goes out of sight: it may not come back. */
    start: () => {
      document.addEventListener('visibilitychange', onHidden);
      return () => {
        document.removeEventListener('visibilitychange', onHidden);
        write();
      };
    },
  };
}

/** A device that is full keeps the half that was read last, and so on down to nothing. */
async function save(userId: number, client: PersistedClient): Promise<void> {
  try {
    const { clientState } = client;
    const queries = within(clientState.queries);
    await change<PersistedClient>(userId, 'seen', () => ({
      ...client,
      clientState: { ...clientState, queries },
    }));
  } catch {
    const { queries } = client.clientState;
    const half = Math.floor(queries.length / 2);
    if (half === 0) return;
    const latest = [...queries].sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt);
    const clientState = { ...client.clientState, queries: latest.slice(0, half) };
    await save(userId, { ...client, clientState });
  }
}
