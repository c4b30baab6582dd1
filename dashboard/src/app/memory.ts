/** What a person has seen: in memory while they are here, and kept on the device for the next time. */
import type { QueryClient } from '@tanstack/react-query';
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

let recalled: { userId: number; memory: Memory } | null = null;

/** What `recall` has brought back of this person, once. */
export const memoryOf = ({ id }: User) => (recalled?.userId === id ? recalled.memory : null);

/** Brings back what the device has kept of this person; nothing, where that is too old or another build's. */
export async function recall({ id, role }: User): Promise<Memory> {
  const client = newQueryClient();
  const persister = persisterOf(id);
  const kept = {
    queryClient: client,
    persister,
    maxAge: KEPT_FOR_MS,
    buster: `${id}.${role}.${__BUILD__}`,
  };
  await persistQueryClientRestore(kept);
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
        recalled = null;
      };
    },
  };
  recalled = { userId: id, memory };
  return memory;
}
