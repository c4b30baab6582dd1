/** Half-open windows of data, [from, to) in local time, as people read them. */
import type { Formatters } from './format';

const DAY_MS = 86_400_000;

/** Milliseconds of a local date or moment, as if it were in UTC; NaN for what is none. */
const timeOf = (text: string) => Date.parse(text.length <= 10 ? `${text}T00:00:00Z` : `${text}Z`);

const isMidnight = (text: string) => timeOf(text) % DAY_MS === 0;

interface Bounds {
  first: string;
  last: string;
}

/** Whole days are said by their first and last day; any other window by its moments, both with their times. */
function boundsOf(from: string, to: string, format: Formatters): Bounds {
  if (!isMidnight(from) || !isMidnight(to)) {
    return { first: format.localTime(from), last: format.localTime(to) };
  }
  return { first: format.local(from), last: lastDay(to, format) };
}

/** to: a midnight, on which the day before it has ended. */
const lastDay = (to: string, format: Formatters) =>
  format.local(new Date(timeOf(to) - DAY_MS).toISOString().slice(0, 10));

/** The window in words; one day is said once. span: joins the first and the last. */
export function sayPeriod(
  from: string,
  to: string,
  format: Formatters,
  span: (first: string, last: string) => string,
): string {
  const { first, last } = boundsOf(from, to, format);
  return first === last ? first : span(first, last);
}

/** The end of the window alone, where it stands after "until"; from: null where the window has no start. */
export const sayEnd = (from: string | null, to: string, format: Formatters): string =>
  boundsOf(from ?? to, to, format).last;
