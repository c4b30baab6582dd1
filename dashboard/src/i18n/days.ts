/**
 * Days and times in the server's English, as they are written in the reader's region. Numbers need nothing: all regions
 * of a language write them alike, and so do days in French.
 */
import type { Language } from './language';

export interface Writing {
  readonly language: Language;
  /** Of the language in a region, such as en-NG. */
  readonly locale: string;
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const NAMES =
  'Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|' +
  'Nov(?:ember)?|Dec(?:ember)?';
const TIME = '\\d\\d:\\d\\d';
// At one time or several, and from one to another.
const TIMES = `\\b(?:at|from) ${TIME}(?:, ${TIME})*(?: (?:and|to) ${TIME})?\\b`;
const MOMENT = new RegExp(`\\b(\\d{1,2}) (${NAMES}) (\\d{4})(?:,? (${TIME})\\b)?|${TIMES}`, 'g');
const EACH_TIME = new RegExp(TIME, 'g');

const made = new Map<string, Intl.DateTimeFormat>();

function told(locale: string, at: number, options: Intl.DateTimeFormatOptions): string {
  const key = locale + Object.values(options);
  const way = made.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
  made.set(key, way);
  return way.format(at);
}

function timeTold(said: string, locale: string): string {
  const [hours, minutes] = said.split(':').map(Number) as [number, number];
  if (hours > 23 || minutes > 59) return said;
  return told(locale, Date.UTC(2024, 0, 1, hours, minutes), { timeStyle: 'short' });
}

/** English in which a day is `8 Feb 2013` or `8 February 2013`, and a time `09:00`. */
export const writtenAs = (english: string, locale: string): string =>
  english.replace(MOMENT, (said, day, month, year, time) => {
    if (!day) return said.replace(EACH_TIME, (each: string) => timeTold(each, locale));
    const at = Date.UTC(Number(year), MONTHS.indexOf(month.slice(0, 3)) / 3, Number(day));
    if (new Date(at).getUTCDate() !== Number(day)) return said;
    const date = told(locale, at, { dateStyle: month.length > 3 ? 'long' : 'medium' });
    return time ? `${date}, ${timeTold(time, locale)}` : date;
  });
