/** Numbers, moments, sizes and money in the reader's language and time zone. */
import { useMemo } from 'react';
import type { Language } from '@/i18n/language';
import { usePreferences } from '@/session/preferences';

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

export function formatters(language: Language, timeZone: string) {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const compact = new Intl.NumberFormat(language, {
    notation: 'compact',
    maximumFractionDigits: 1,
  });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const dateTime = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone });
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone });
  return {
    language,
    timeZone,
    number: (value: number) => number.format(value),
    /** value: as many decimals as given, no more. */
    decimals: (value: number, digits: number) =>
      new Intl.NumberFormat(language, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(value),
    compact: (value: number) => compact.format(value),
    /** value: in percent, 12.5 for 12.5 %. */
    percent: (value: number) =>
      new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(
        value / 100,
      ),
    money: (value: number, currency: string) =>
      new Intl.NumberFormat(language, { style: 'currency', currency }).format(value),
    dateTime: (moment: string | number | Date) => dateTime.format(new Date(moment)),
    date: (moment: string | number | Date) => date.format(new Date(moment)),
    time: (moment: string | number | Date) => time.format(new Date(moment)),
    /** text: a date or local time of data, without an offset; it is shown as it stands, in no zone. */
    local: (text: string) => {
      const isDay = text.length <= 10 || text.endsWith('T00:00:00');
      const options: Intl.DateTimeFormatOptions = isDay
        ? { dateStyle: 'medium', timeZone: 'UTC' }
        : { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' };
      const moment = new Date(text.length <= 10 ? `${text}T00:00:00Z` : `${text}Z`);
      return Number.isNaN(moment.getTime())
        ? text
        : new Intl.DateTimeFormat(language, options).format(moment);
    },
    ago: (moment: string | number | Date, now: number) => {
      const seconds = (new Date(moment).getTime() - now) / 1000;
      for (const [unit, length] of UNITS) {
        if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
      }
      return relative.format(Math.round(seconds), 'second');
    },
    duration: (ms: number) =>
      ms < 1000
        ? new Intl.NumberFormat(language, { style: 'unit', unit: 'millisecond' }).format(
            Math.round(ms),
          )
        : ms < 120_000
          ? new Intl.NumberFormat(language, {
              style: 'unit',
              unit: 'second',
              maximumFractionDigits: 1,
            }).format(ms / 1000)
          : new Intl.NumberFormat(language, {
              style: 'unit',
              unit: 'minute',
              maximumFractionDigits: 1,
            }).format(ms / 60_000),
    bytes: (size: number) => {
      const steps = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
      const step = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), steps.length - 1);
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit: steps[step] ?? 'byte',
        maximumFractionDigits: 1,
      }).format(size / 1000 ** step);
    },
  };
}

export type Formatters = ReturnType<typeof formatters>;

export function useFormat(): Formatters {
  const { language, timeZone } = usePreferences();
  return useMemo(() => formatters(language, timeZone), [language, timeZone]);
}
