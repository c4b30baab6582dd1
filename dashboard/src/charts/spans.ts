/** Of two places of a time axis the days that they are of, both included. */
import type { Span } from './cursor';
import type { ChartSpec, Shape } from './kinds';

export interface Days {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;
const MONTHS: Record<string, number> = {
  month: 1,
  quarter: 3,
  'QS-FEB': 3,
  'QS-MAR': 3,
  '2QS': 6,
  year: 12,
};

export function daysOf({ axis, times, spec }: Shape, span: Span): Days {
  const [one = 0, other = 0] = axis === 'category' ? span.map((at) => times[at] ?? 0) : span;
  const [from, last] = one <= other ? [one, other] : [other, one];
  return { from: dayOf(from), to: dayOf(endOf(last, spec.step)) };
}

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/** The last day of the period that begins there. */
function endOf(start: number, step: ChartSpec['step']): number {
  if (step?.toLowerCase().startsWith('w')) return start + 6 * DAY_MS;
  const months = MONTHS[step ?? ''];
  if (!months) return start;
  const day = new Date(start);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, day.getUTCDate()) - DAY_MS;
}
