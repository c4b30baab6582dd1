/** A schedule in the words of the wire, taken apart for a form and put together again. */

export type Kind = 'none' | 'once' | 'daily' | 'weekly' | 'monthly' | 'cron' | 'words';
export const KINDS: readonly Kind[] = [
  'none',
  'once',
  'daily',
  'weekly',
  'monthly',
  'cron',
  'words',
];
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export const ORDINALS = ['first', 'second', 'third', 'fourth', 'last'] as const;
export type Ordinal = (typeof ORDINALS)[number];
/** Days that every month has. */
export const DAYS = Array.from({ length: 28 }, (_, place) => String(place + 1));

export interface Schedule {
  kind: Kind;
  /** Of once: a local moment, 2026-12-01T09:00. */
  moment: string;
  /** HH:MM */
  time: string;
  weekday: Weekday;
  /** Of monthly: 1 to 28, last, or such as first-mon. */
  day: string;
  cron: string;
  /** Of any form that has no fields of its own, without its zone. */
  words: string;
  zone: string;
}

export const newSchedule = (zone: string): Schedule => ({
  kind: 'none',
  moment: '',
  time: '06:00',
  weekday: 'mon',
  day: '1',
  cron: '30 6 * * 1-5',
  words: 'weekdays 06:00',
  zone,
});

/** text: as the server stores it, with time and zone spelled out. */
export function readSchedule(text: string | null, zone: string): Schedule {
  const none = newSchedule(zone);
  if (text === null) return none;
  const [kind, ...rest] = text.split(' ');
  const inWords = readWords(text, none);
  switch (kind) {
    case 'once':
      return { ...none, kind, moment: rest[0] ?? '', zone: rest[1] ?? zone };
    case 'daily': {
      const [time = none.time, of = zone, ...more] = rest;
      return more.length === 0 ? { ...none, kind, time, zone: of } : inWords;
    }
    case 'weekly': {
      const [day, time = none.time, of = zone, ...more] = rest;
      const weekday = WEEKDAYS.find((each) => each === day);
      return weekday && more.length === 0 ? { ...none, kind, weekday, time, zone: of } : inWords;
    }
    case 'monthly': {
      const [day = '1', time = none.time, of = zone, ...more] = rest;
      const hasField = DAYS.includes(day) || day === 'last' || nthOf(day) !== null;
      return hasField && more.length === 0 ? { ...none, kind, day, time, zone: of } : inWords;
    }
    case 'cron':
      return rest.includes('until')
        ? inWords
        : { ...none, kind, cron: rest.slice(0, -1).join(' '), zone: rest.at(-1) ?? zone };
    default:
      return inWords;
  }
}

/** The zone stands last, but for the days from and until which it holds. */
function readWords(text: string, none: Schedule): Schedule {
  const [form = text] = text.split(/ (?=(?:from|until) )/);
  const days = text.slice(form.length);
  const at = form.lastIndexOf(' ');
  return { ...none, kind: 'words', words: form.slice(0, at) + days, zone: form.slice(at + 1) };
}

/** Null for none. */
export function writeSchedule(schedule: Schedule): string | null {
  const { kind, moment, time, weekday, day, cron, words, zone } = schedule;
  switch (kind) {
    case 'none':
      return null;
    case 'once':
      return `once ${moment} ${zone}`;
    case 'daily':
      return `daily ${time} ${zone}`;
    case 'weekly':
      return `weekly ${weekday} ${time} ${zone}`;
    case 'monthly':
      return `monthly ${day} ${time} ${zone}`;
    case 'cron':
      return `cron ${cron.trim()} ${zone}`;
    case 'words': {
      const [form = ''] = words.trim().split(/ (?=(?:from|until) )/);
      return `${form} ${zone}${words.trim().slice(form.length)}`;
    }
  }
}

export function nthOf(day: string): [Ordinal, Weekday] | null {
  const [ordinal, weekday] = day.split('-');
  const nth = ORDINALS.find((each) => each === ordinal);
  const of = WEEKDAYS.find((each) => each === weekday);
  return nth && of ? [nth, of] : null;
}

/** What was typed, where the server quotes it with the zone behind. */
export const inCron = (problem: string, schedule: Schedule) =>
  problem
    .replace(/^schedule\s?: /, '')
    .replaceAll(`${schedule.cron} ${schedule.zone}`, schedule.cron);
