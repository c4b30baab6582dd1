/** A schedule in the reader's language; the server's own words are English. */
import type { Formatters } from '@/i18n/format';
import { nthOf, readSchedule } from './schedule';
import type { ReportWords } from './words';

export function saySchedule(text: string | null, t: ReportWords, format: Formatters): string {
  if (text === null) return t.noSchedule;
  const { kind, moment, time, weekday, day, cron, zone } = readSchedule(text, format.timeZone);
  const says = t.scheduleWords;
  switch (kind) {
    case 'none':
      return t.noSchedule;
    case 'once':
      return t.inZone(says.once(format.local(moment)), zone);
    case 'daily':
      return t.inZone(says.daily(time), zone);
    case 'weekly':
      return t.inZone(says.weekly(t.weekdays[weekday], time), zone);
    case 'monthly':
      return t.inZone(says.monthly(sayDay(day, t), time), zone);
    case 'cron':
      return t.inZone(says.cron(cron), zone);
  }
}

export function sayDay(day: string, t: ReportWords): string {
  const nth = nthOf(day);
  if (nth) return t.scheduleWords.nth(t.ordinals[nth[0]], t.weekdays[nth[1]]);
  return day === 'last' ? t.scheduleWords.last : t.scheduleWords.dayOf(day);
}
