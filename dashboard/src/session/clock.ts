/**
 * The platform's clock, told from its answers: of a device whose own is off, nothing has happened in the future. It is
 * kept on the device for when nobody answers.
 */
import { readNote, writeNote } from '@/offline/local';

const KEY = 'iop.clock';
// Of an answer's age and its whole seconds; less than that is no wrong clock.
const STILL_MS = 5000;

const listeners = new Set<() => void>();

/** Told whenever the platform has said what time it is. */
export const onClock = (listener: () => void) => listeners.add(listener);

/** By how many ms the platform's clock is ahead of the device's. */
let ahead = Number(readNote(KEY)) || 0;

/** date: the header of an answer that has just come. */
export function noteClock(date: string | null) {
  const at = Date.parse(date ?? '');
  if (Number.isNaN(at)) return;
  const found = at - Date.now();
  ahead = Math.abs(found) > STILL_MS ? found : 0;
  writeNote(KEY, ahead === 0 ? null : String(ahead));
  for (const listener of listeners) listener();
}

/** The platform's moment, in ms. */
export const platformNow = () => Date.now() + ahead;

/** When that was by the platform's clock; at: by the device's, in ms. */
export const byPlatform = (at: number) => at + ahead;
