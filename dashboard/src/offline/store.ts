/**
 * What this device keeps of one person, in IndexedDB: the owner's, and nobody else's.
 *
 * Every write asks in its own transaction whose the store is, so that a tab that has not noticed a sign-out
 * yet cannot bring back what was wiped. Where the browser has no IndexedDB, or refuses it (some private
 * windows do), things are kept as long as the page lives; `isLasting` says which.
 */
import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';

type Key = 'seen' | 'outbox';

/** isOpen: false after a session ended by itself; then nothing is added until the owner is back. */
interface Owner {
  id: number;
  isOpen: boolean;
}

const NAME = 'iop';
const OWNER = 'owner';

let device: UseStore | null = createDeviceStore();
let memory = new Map<string, unknown>();

function createDeviceStore(): UseStore | null {
  return typeof indexedDB === 'undefined' ? null : createStore(NAME, 'kept');
}

export const isLasting = () => device !== null;

/** Runs one transaction on the device, or on the memory where the device refuses. */
async function run<T>(
  mode: IDBTransactionMode,
  onDevice: (store: IDBObjectStore) => Promise<T>,
  inMemory: () => T,
): Promise<T> {
  if (device) {
    const store = device;
    try {
      return await store(mode, onDevice);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      device = null;
    }
  }
  return inMemory();
}

/** Whether there is no database to be had, as opposed to one that is full. */
const isRefusal = (error: unknown) =>
  error instanceof DOMException &&
  ['InvalidStateError', 'SecurityError', 'UnknownError', 'NotAllowedError'].includes(error.name);

/** Makes the store this person's; what another left is gone, in the same transaction. */
export function claim(userId: number): Promise<void> {
  const owner: Owner = { id: userId, isOpen: true };
  return run(
    'readwrite',
    async (store) => {
      const former = await promisifyRequest<Owner | undefined>(store.get(OWNER));
      if (former?.id !== userId) store.clear();
      store.put(owner, OWNER);
      await promisifyRequest(store.transaction);
    },
    () => {
      if ((memory.get(OWNER) as Owner | undefined)?.id !== userId) memory = new Map();
      memory.set(OWNER, owner);
    },
  );
}

export function read<T>(userId: number, key: Key): Promise<T | undefined> {
  return run(
    'readonly',
    async (store) => {
      const owner = await promisifyRequest<Owner | undefined>(store.get(OWNER));
      return owner?.id === userId ? promisifyRequest<T | undefined>(store.get(key)) : undefined;
    },
    () =>
      (memory.get(OWNER) as Owner | undefined)?.id === userId
        ? (memory.get(key) as T | undefined)
        : undefined,
  );
}

/**
 * Changes what is kept, in one transaction; undefined takes it away. Gives what is kept then, and undefined
 * where the store is no longer this person's.
 */
export function change<T>(
  userId: number,
  key: Key,
  changed: (before: T | undefined) => T | undefined,
): Promise<T | undefined> {
  const mayWrite = (owner: Owner | undefined) => owner?.id === userId && owner.isOpen;
  return run(
    'readwrite',
    async (store) => {
      if (!mayWrite(await promisifyRequest<Owner | undefined>(store.get(OWNER)))) return undefined;
      const after = changed(await promisifyRequest<T | undefined>(store.get(key)));
      if (after === undefined) store.delete(key);
      else store.put(after, key);
      await promisifyRequest(store.transaction);
      return after;
    },
    () => {
      if (!mayWrite(memory.get(OWNER) as Owner | undefined)) return undefined;
      const after = changed(memory.get(key) as T | undefined);
      memory.set(key, after);
      return after;
    },
  );
}

/** The session ended by itself: what was seen goes, decisions that were not sent wait for their maker. */
export function close(): Promise<void> {
  return run(
    'readwrite',
    async (store) => {
      const owner = await promisifyRequest<Owner | undefined>(store.get(OWNER));
      store.delete('seen');
      if (owner) store.put({ ...owner, isOpen: false }, OWNER);
      await promisifyRequest(store.transaction);
    },
    () => {
      const owner = memory.get(OWNER) as Owner | undefined;
      memory.delete('seen');
      if (owner) memory.set(OWNER, { ...owner, isOpen: false });
    },
  );
}

export function wipe(): Promise<void> {
  return run(
    'readwrite',
    async (store) => {
      store.clear();
      await promisifyRequest(store.transaction);
    },
    () => {
      memory = new Map();
    },
  );
}
