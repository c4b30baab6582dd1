/** What a person chose by their own hand, which is to go with their account. */
import { readNote, writeNote } from '@/offline/local';
import { setPreferences } from './preferences';
import { userNow } from './session';

const UNSENT = 'iop.preferences.unsent';
const listeners = new Set<() => void>();

/** As `setPreferences`; whoever is signed in has it noted until the server was told. */
export async function choose(changed: Parameters<typeof setPreferences>[0]) {
  await setPreferences(changed);
  const user = userNow();
  if (user) writeNote(UNSENT, String(user.id));
  for (const listener of listeners) listener();
}

export const isUnsent = (userId: number) => readNote(UNSENT) === String(userId);
export const noteSent = () => writeNote(UNSENT, null);

export const onChoice = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};
