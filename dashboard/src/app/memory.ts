/** What a person has seen: in memory while they are here, and kept on the device for the next time. */
import type { Query, QueryClient } from '@tanstack/react-query';
import {
  persistQueryClientRestore,
  persistQueryClientSubscribe,
} from '@tanstack/react-query-persist-client';
import { newQueryClient } from '@/app/queries';
import { KEPT_FOR_MS, persisterOf } from '@/offline/seen';
import type { User } from '@/session/session';

export interface Memory {
  client: QueryClient;
  /** Keeps from now on what is read; returns what ends that. */
  start: () => () => void;
}

let recalled: { of: string; memory: Memory } | null = null;

// How often each answer that the device had kept was read until then; what this load reads is of more.
const restored = new WeakMap<Query, number>();

/** Whether nothing of it was read in this load of the page: it counts as outdated for that alone. */
export const isAsRestored = (query: Query) => restored.get(query) === query.state.dataUpdateCount;

const nameOf = ({ id, role }: User) => `${id}.${role}`;

/** What `recall` has brought back of this person in this role. */
export const memoryOf = (user: User) => (recalled?.of === nameOf(user) ? recalled.memory : null);

export function forget(): void {
  recalled = null;
}

/** Brings back what the device has kept of this person; nothing, where that is too old or another build's. */
export async function recall(user: User): Promise<Memory> {
  const client = newQueryClient();
  const persister = persisterOf(user.id);
  const kept = {
    queryClient: client,
    persister,
    maxAge: KEPT_FOR_MS,
    buster: `${nameOf(user)}.${__BUILD__}`,
  };
  try {
    await persistQueryClientRestore(kept);
  } catch {
    // A device that is full, or that refuses: the person begins with nothing.
  }
  // What was changed right before may not have been written: whatever is looked at is asked for again, however young.
  await client.invalidateQueries({ refetchType: 'none' });
  for (const query of client.getQueryCache().getAll()) {
    restored.set(query, query.state.dataUpdateCount);
  }
  const memory: Memory = {
    client,
    start: () => {
      const unsubscribe = persistQueryClientSubscribe({
        ...kept,
        dehydrateOptions: {
          shouldDehydrateQuery: ({ meta, state }) =>
            meta?.keep === true && state.data !== undefined,
        },
      });
      const stop = persister.start();
      return () => {
        unsubscribe();
        stop();
        forget();
      };
    },
  };
  recalled = { of: nameOf(user), memory };
  return memory;
}
