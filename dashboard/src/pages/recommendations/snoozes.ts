/** Moments to put something off until, in the time zone that the reader has set. */
import { fieldsOf, momentAt } from '@/i18n/zone';

const MORNING = 8;

export interface Presets {
  tomorrow: Date;
  nextWeek: Date;
  inMonth: Date;
}

/** Mornings: a recommendation comes back when people begin to work. */
export function presetsFrom(now: Date, timeZone: string): Presets {
  const [year, month, day] = fieldsOf(now, timeZone);
  const morning = (days: number) => momentAt([year, month, day + days, MORNING, 0], timeZone);
  // Sunday is 0; the next Monday is never today.
  const weekday = new Date(Date.UTC(year, month, day)).getUTCDay();
  return {
    tomorrow: morning(1),
    nextWeek: morning((8 - weekday) % 7 || 7),
    inMonth: morning(28),
  };
}

/** As `<input type="datetime-local">` has it. */
export function localText(moment: Date, timeZone: string): string {
  return new Date(Date.UTC(...fieldsOf(moment, timeZone))).toISOString().slice(0, 16);
}

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/;

/** Null for what is no moment, or is past. */
export function momentIn(text: string, now: Date, timeZone: string): Date | null {
  const [year, month, day, hour, min] = (LOCAL.exec(text) ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const moment = momentAt([year, month - 1, day, hour ?? 0, min ?? 0], timeZone);
  return Number.isNaN(moment.getTime()) || moment <= now ? null : moment;
}
