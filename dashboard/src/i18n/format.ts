/** Numbers, moments, sizes and money in the reader's language, region and time zone. */
import { useMemo } from 'react';
import { type Language, localeOf } from '@/i18n/language';
import { inZone } from '@/i18n/rules';
import { usePreferences } from '@/session/preferences';

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

const STEP_S = 35;
const made = new Map<string, object>();

/** Making one takes a phone milliseconds, the first of dates tens: none before it is needed, none twice. */
function kept<T extends object>(key: string, make: () => T): T {
  const known = made.get(key) as T | undefined;
  if (known) return known;
  const fresh = make();
  made.set(key, fresh);
  return fresh;
}

const numbersOf = (locale: string, options: Intl.NumberFormatOptions) =>
  kept(`number ${locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options));

const datesOf = (locale: string, options: Intl.DateTimeFormatOptions) =>
  kept(`date ${locale} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));

const relativesOf = (locale: string) =>
  kept(`relative ${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));

const countriesOf = (locale: string) =>
  kept(`country ${locale}`, () => new Intl.DisplayNames(locale, { type: 'region' }));

const localesOf = (locale: string) =>
  kept(`locale ${locale}`, () => new Intl.DisplayNames(locale, { type: 'language' }));

/** Whether a unit is money, by ISO 4217. */
export const isCurrency = (unit: string) =>
  kept('currencies', () => new Set(Intl.supportedValuesOf('currency'))).has(unit);

interface Reader {
  readonly language: Language;
  readonly timeZone: string;
  /** Null: nobody said. */
  readonly region?: string | null;
}

/** text: a date or local time of data, without an offset: what it would be in UTC, for an order without gaps. */
export const localAt = (text: string): number =>
  Date.parse(text.length <= 10 ? `${text}T00:00:00Z` : `${text}Z`);

/** The time zone is read when a moment is to be shown, and not before. */
export function formatters(reader: Reader) {
  const { language, region = null } = reader;
  const locale = localeOf(language, region);
  const number = (value: number, options: Intl.NumberFormatOptions) =>
    numbersOf(locale, options).format(value);
  const unit = (value: number, name: string) =>
    number(value, { style: 'unit', unit: name, maximumFractionDigits: 1 });
  const moment = (at: string | number | Date, options: Intl.DateTimeFormatOptions) => {
    const [shown, timeZone] = inZone(new Date(at), options.timeZone ?? reader.timeZone);
    return datesOf(locale, { ...options, timeZone }).format(shown);
  };
  const local = (text: string, hasTime: boolean) => {
    const at = localAt(text);
    if (Number.isNaN(at)) return text;
    return moment(at, {
      dateStyle: 'medium',
      ...(hasTime && { timeStyle: 'short' }),
      timeZone: 'UTC',
    });
  };
  return {
    language,
    region,
    locale,
    get timeZone() {
      return reader.timeZone;
    },
    whole: (value: bigint) => numbersOf(locale, {}).format(value),
    /** code: ISO 3166, such as DE, or DE-BY of a part of it. */
    country: (code: string) => {
      const part = code.slice(3);
      const name = countriesOf(locale).of(code.slice(0, 2)) ?? code;
      return part ? `${name} (${part})` : name;
    },
    /** code: such as fr-SN, a language as it is written in a country. */
    localeName: (code: string) => localesOf(locale).of(code) ?? code,
    /** number: 1 for January. */
    monthName: (number: number) =>
      datesOf(locale, { month: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, number - 1)),
    /** at: 0 for Monday, which 1 January 2024 was. */
    weekdayName: (at: number) =>
      datesOf(locale, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + at)),
    inOrder: (a: string, b: string) => a.localeCompare(b, locale),
    number: (value: number) => number(value, { maximumFractionDigits: 2 }),
    /** value: as many decimals as given, no more. */
    decimals: (value: number, digits: number) =>
      number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    compact: (value: number) => number(value, { notation: 'compact', maximumFractionDigits: 1 }),
    /** value: in percent, 12.5 for 12.5 %. */
    percent: (value: number) => number(value / 100, { style: 'percent', maximumFractionDigits: 1 }),
    /** digits: as many decimals; else as many as the currency has. */
    money: (value: number, currency: string, digits?: number) =>
      number(value, {
        ...{ style: 'currency', currency },
        ...(digits !== undefined && {
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        }),
      }),
    dateTime: (at: string | number | Date) =>
      moment(at, { dateStyle: 'medium', timeStyle: 'short' }),
    date: (at: string | number | Date) => moment(at, { dateStyle: 'medium' }),
    time: (at: string | number | Date) => moment(at, { timeStyle: 'short' }),
    /** text: a date or local time of data, without an offset; it is shown as it stands, in no zone. */
    local: (text: string) => local(text, text.length > 10 && !text.endsWith('T00:00:00')),
    /** The same with its time, at midnight too. */
    localTime: (text: string) => local(text, true),
    ago: (at: string | number | Date, now: number) => {
      const relative = relativesOf(locale);
      const gone = (new Date(at).getTime() - now) / 1000;
      // The pages' moment moves on twice a minute: what came since is new, and not to come.
      const seconds = gone > 0 && gone < STEP_S ? 0 : gone;
      for (const [name, length] of UNITS) {
        if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), name);
      }
      return relative.format(Math.round(seconds), 'second');
    },
    duration: (ms: number) =>
      ms < 1000
        ? unit(Math.round(ms), 'millisecond')
        : ms < 120_000
          ? unit(ms / 1000, 'second')
          : unit(ms / 60_000, 'minute'),
    bytes: (size: number) => {
      const steps = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
      const step = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), steps.length - 1);
      return unit(size / 1000 ** step, steps[step] ?? 'byte');
    },
  };
}

export type Formatters = ReturnType<typeof formatters>;

export function useFormat(): Formatters {
  const reader = usePreferences();
  return useMemo(() => formatters(reader), [reader]);
}
