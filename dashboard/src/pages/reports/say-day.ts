/** A day of the month, as the choices of a schedule say it. */
import { nthOf } from './schedule';
import type { ReportWords } from './words';

export function sayDay(day: string, t: ReportWords): string {
  const nth = nthOf(day);
  if (nth) return t.monthDays.nth(t.ordinals[nth[0]], t.weekdays[nth[1]]);
  return day === 'last' ? t.monthDays.last : t.monthDays.dayOf(day);
}
