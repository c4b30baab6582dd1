/** Periods in the server's words, and the last day of those that are given by their ends. */
export const PERIODS = [
  'today',
  'yesterday',
  'last_7_days',
  'last_14_days',
  'last_30_days',
  'last_90_days',
  'last_52_weeks',
  'last_36_months',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
  'last_quarter',
  'this_year',
  'this_fiscal_quarter',
  'last_fiscal_quarter',
  'this_fiscal_year',
  'last_fiscal_year',
] as const;

/** An end with a time of day is the first moment that does not belong to its period. */
export function lastDayOf(end: string): string {
  const [day = '', time = ''] = end.split(/[T ]/);
  if (!/^[0:.]+$/.test(time)) return day;
  const moment = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(moment.getTime())) return '';
  moment.setUTCDate(moment.getUTCDate() - 1);
  return moment.toISOString().slice(0, 10);
}
