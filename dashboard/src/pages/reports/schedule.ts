/** A schedule in the words of the wire, taken apart for a form and put together again. */

export type Kind = 'none' | 'once' | 'daily' | 'weekly' | 'monthly' | 'cron';
export const KINDS: readonly Kind[] = ['none', 'once', 'daily', 'weekly', 'monthly', 'cron'];
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
  zone: string;
}

export const newSchedule = (zone: string): Schedule => ({
  kind: 'none',
  moment: '',
  time: '06:00',
  weekday: 'mon',
  day: '1',
  cron: '30 6 * * 1-5',
  zone,
});

/** text: as the server stores it, with time and zone spelled out. */
export function readSchedule(text: string | null, zone: string): Schedule {
  const none = newSchedule(zone);
  if (text === null) return none;
  const [kind, ...rest] = text.split(' ');
  const last = rest.at(-1) ?? zone;
  switch (kind) {
    case 'once':
      return { ...none, kind, moment: rest[0] ?? '', zone: rest[1] ?? zone };
    case 'daily':
      return { ...none, kind, time: rest[0] ?? none.time, zone: rest[1] ?? zone };
    case 'weekly':
      return {
        ...none,
        kind,
        weekday: WEEKDAYS.find((day) => day === rest[0]) ?? 'mon',
        time: rest[1] ?? none.time,
        zone: rest[2] ?? zone,
      };
    case 'monthly':
      return {
        ...none,
        kind,
        day: rest[0] ?? '1',
        time: rest[1] ?? none.time,
        zone: rest[2] ?? zone,
      };
    default:
      return { ...none, kind: 'cron', cron: rest.slice(0, -1).join(' '), zone: last };
  }
}

/** Null for none. */
export function writeSchedule(schedule: Schedule): string | null {
  const { kind, moment, time, weekday, day, cron, zone } = schedule;
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
