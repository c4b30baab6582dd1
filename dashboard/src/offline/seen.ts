/**
 * What was seen, kept in IndexedDB for reading without a network: one store a user, wiped at sign-out.
 * Only queries whose `meta.keep` is true are kept.
 */
import type { PersistedClient, Persister } from '@tanstack/react-query-persist-client';
import { clear, createStore, del, get, set } from 'idb-keyval';

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { keep?: boolean };
  }
}

/** Of `useQuery({ meta: KEEP })`: readable without a network. */
export const KEEP = { keep: true } as const;
export const KEPT_FOR_MS = 14 * 24 * 3600 * 1000;
const PREFIX = 'iop-user-';

export const storeNameOf = (userId: number) => `${PREFIX}${userId}`;

export function storeOf(userId: number) {
  return createStore(storeNameOf(userId), 'kept');
}

export function persisterOf(userId: number): Persister {
  const store = storeOf(userId);
  return {
    persistClient: (client) => set('queries', client, store),
    restoreClient: () => get<PersistedClient>('queries', store),
    removeClient: () => del('queries', store),
  };
}

/**
 * Wipes what was kept on this device.
 *
 * exceptOf: keeps that user's. keepUnsent: keeps decisions that were not sent yet (see outbox), which only
 * their own maker's next session reads.
 */
export async function forgetSeen(what: { exceptOf?: number; keepUnsent?: boolean }) {
  const databases = await indexedDB.databases();
  for (const { name } of databases) {
    if (!name?.startsWith(PREFIX)) continue;
    if (what.exceptOf !== undefined && name === storeNameOf(what.exceptOf)) continue;
    const store = createStore(name, 'kept');
    // Emptied, not deleted: a database that any tab has open cannot be deleted.
    await (what.keepUnsent ? del('queries', store) : clear(store));
  }
}
