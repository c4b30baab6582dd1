/** Moments to put something off until, in the reader's own time. */

const MORNING = 8;

export interface Presets {
  tomorrow: Date;
  nextWeek: Date;
  inMonth: Date;
}

/** Mornings: a recommendation comes back when people begin to work. */
export function presetsFrom(now: Date): Presets {
  // Sunday is 0; the next Monday is never today.
  const toMonday = ((8 - now.getDay()) % 7 || 7) as number;
  return { tomorrow: morning(now, 1), nextWeek: morning(now, toMonday), inMonth: morning(now, 28) };
}

function morning(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);
}

/** As `<input type="datetime-local">` has it, in the device's own zone. */
export function localText(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** Null for what is no moment, or is past. */
export function momentIn(text: string, now: Date): Date | null {
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) || moment <= now ? null : moment;
}
