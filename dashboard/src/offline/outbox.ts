/** Decisions made without a network, kept until they are sent: one list a user. */
import { get } from 'idb-keyval';
import { storeOf } from '@/offline/seen';

export async function unsentCount(userId: number): Promise<number> {
  return (await get<unknown[]>('outbox', storeOf(userId)))?.length ?? 0;
}
