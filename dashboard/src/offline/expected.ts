/** Whether decisions wait on this device, known before the store was read: room is kept for saying so. */
import { readNote, writeNote } from './local';

const KEY = 'iop.unsent';

export const expectsUnsent = (userId: number) => readNote(KEY) === String(userId);

export function noteUnsent(userId: number, isWaiting: boolean) {
  if (expectsUnsent(userId) !== isWaiting) writeNote(KEY, isWaiting ? String(userId) : null);
}
