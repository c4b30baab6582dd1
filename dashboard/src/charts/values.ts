/** Values of a result as people read them: by the type, unit and decimals of their column. */

import { useMemo } from 'react';
import { type Formatters, isCurrency, useFormat } from '@/i18n/format';
import { vocabulary, wordOf } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import type { ChartSpec, Column } from './kinds';
import { words } from './words';

type Words = (typeof words)['en'];
type Vocabulary = (typeof vocabulary)['en'];
/** Words of some vocabularies come with their columns. */
type Known = Record<string, Record<string, string>>;

/** A whole number that stands as text, since a number of JavaScript would be another. */
const WHOLE = /^-?\d+$/;

export const isNumeric = (column: Column) => column.type === 'integer' || column.type === 'number';

export function textOf(
  value: unknown,
  column: Column,
  format: Formatters,
  t: Words,
  known: Vocabulary,
): string {
  if (value === null || value === undefined || value === '') return t.unknown;
  if (typeof value === 'boolean') return value ? t.yes : t.no;
  if (typeof value === 'number') return numberText(value, column, format);
  const text = String(value);
  if (isNumeric(column) && WHOLE.test(text)) return format.whole(BigInt(text));
  if (column.words) return column.words[text]?.label ?? text;
  if (column.vocabulary) return wordOf(text, (known as Known)[column.vocabulary]);
  return column.type === 'date' || column.type === 'datetime' ? format.local(text) : text;
}

/** Units whose way of being written is the region's, with the number. */
const isWritten = (unit: string) => unit === 'B' || unit === 'ms' || isCurrency(unit);

function numberText(value: number, { unit, decimals }: Column, format: Formatters): string {
  if (unit === 'B') return format.bytes(value);
  if (unit === 'ms') return format.duration(value);
  if (unit && isCurrency(unit)) return format.money(value, unit, decimals ?? undefined);
  const number = decimals === null ? format.number(value) : format.decimals(value, decimals);
  return number + afterNumber(unit);
}

/** A unit as it follows its number: `7\u00a0min`, `87/100`. */
export const afterNumber = (unit: string | null): string =>
  !unit || unit.startsWith('/') ? (unit ?? '') : `\u00a0${unit}`;

/** Without its unit, where that stands beside it once for all: in a heading, or in smaller letters. */
export const splitUnit = (column: Column): { bare: Column; unit: string } =>
  column.unit && !isWritten(column.unit)
    ? { bare: { ...column, unit: null }, unit: column.unit }
    : { bare: column, unit: '' };

/** Short enough for an axis; the unit stands above it once. */
export function tickText(value: number, { unit }: Column, format: Formatters): string {
  if (unit === 'B') return format.bytes(value);
  return Math.abs(value) < 1000 ? format.number(value) : format.compact(value);
}

/** A column's label with its unit, unless the label says it already: "Departure delay, min". */
export function labelWithUnit({ label, unit }: Column, join: (unit: string) => string): string {
  const isSaid = !unit || unit === 'B' || label.toLowerCase().includes(unit.toLowerCase());
  return isSaid ? label : label + join(unit);
}

const OF_100 = new Set(['%', '/100']);
// All divide 100.
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100];
const SPACES = 4;

type Limits = { domain: [number, number] | ['auto', 'auto']; ticks?: number[] };

/** The ends and ticks of an axis of values: a share or score that has none above 100 ends there. */
export function valueLimits({ unit }: Column, values: readonly (number | null)[]): Limits {
  const known = values.filter((value) => value !== null);
  const most = Math.max(...known);
  const least = Math.min(...known, Math.max(0, most - 2));
  // Below that the library's own ticks stay under 100, and what is low is seen better on an axis of its own.
  const isHigh = most + (most - least) / 2 > 100;
  if (
    !OF_100.has(unit ?? '') ||
    known.length === 0 ||
    Math.min(...known) < 0 ||
    most > 100 ||
    !isHigh
  ) {
    return { domain: ['auto', 'auto'] };
  }
  const step = STEPS.find((each) => each * SPACES >= 100 - least) ?? 100;
  const count = Math.max(1, Math.ceil((100 - least) / step));
  const ticks = Array.from({ length: count + 1 }, (_, at) =>
    Number((100 - (count - at) * step).toFixed(1)),
  );
  return { domain: [ticks[0] ?? 0, 100], ticks };
}

export const axisLabel = (column: Column) => labelWithUnit(column, (unit) => `, ${unit}`);

const DAY_MS = 86_400_000;

const HOUR_MS = 3_600_000;

/** Of periods longer than a day: ticks say which ones there are, and nothing between them. */
const LONG: Record<string, Intl.DateTimeFormatOptions> = {
  month: { month: 'short', year: 'numeric' },
  quarter: { month: 'short', year: 'numeric' },
  'QS-FEB': { month: 'short', year: 'numeric' },
  'QS-MAR': { month: 'short', year: 'numeric' },
  '2QS': { month: 'short', year: 'numeric' },
  year: { year: 'numeric' },
};

/** Of an axis of moments, in order: days that have no time of day, hours within two days, months beyond 300. */
export function timeAxis(
  ats: readonly number[],
  count: number,
  locale: string,
  step: ChartSpec['step'] = null,
) {
  const [from, to] = [ats[0] ?? 0, ats.at(-1) ?? 0];
  const hasHours = to - from <= 2 * DAY_MS && ats.some((at) => at % DAY_MS !== 0);
  const options: Intl.DateTimeFormatOptions = hasHours
    ? { hour: '2-digit', minute: '2-digit' }
    : (LONG[step ?? ''] ??
      (to - from <= 300 * DAY_MS
        ? { day: 'numeric', month: 'short' }
        : { month: 'short', year: 'numeric' }));
  const isLong = step !== null && (step in LONG || step.toLowerCase().startsWith('w'));
  const stride = Math.ceil(ats.length / Math.max(count, 1));
  const text = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
  return {
    domain: [from, to],
    ticks: isLong
      ? ats.filter((_, at) => at % stride === 0)
      : evenly(from, to, count, hasHours ? HOUR_MS : DAY_MS),
    tickFormatter: (at: number) => text.format(at),
  };
}

/** Evenly spread moments on whole units. */
function evenly(from: number, to: number, count: number, unit: number): number[] {
  const span = to - from;
  if (span <= 0 || count < 2) return [from];
  const stride = Math.max(unit, Math.ceil(span / count / unit) * unit);
  const ticks: number[] = [];
  for (let at = Math.ceil(from / unit) * unit; at <= to; at += stride) ticks.push(at);
  return ticks;
}

/** What says the values of columns in the reader's language. */
export function useValues(): (value: unknown, column: Column) => string {
  const format = useFormat();
  const t = useWords(words);
  const known = useWords(vocabulary);
  return useMemo(
    () => (value: unknown, column: Column) => textOf(value, column, format, t, known),
    [format, t, known],
  );
}
