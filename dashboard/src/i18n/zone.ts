/** Local times of a named time zone; JavaScript by itself has the device's zone and UTC only. */
import { inZone } from './rules';

/** Fields as `Date.UTC` takes them: months from 0, and a day of 32 is one of the next month. */
export type Fields = readonly [year: number, month: number, day: number, hour: number, min: number];

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

/** What clocks and calendars of the zone show. */
export function fieldsOf(moment: Date, timeZone: string): Fields {
  const [shown, zone] = inZone(moment, timeZone);
  const parts = formatOf(zone).formatToParts(shown);
  const read = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  return [read('year'), read('month') - 1, read('day'), read('hour'), read('minute')];
}

/**
 * The moment at which the zone's clocks show this; of two, the first. Where clocks skip it, as much later as
 * they skip.
 */
export function momentAt(fields: Fields, timeZone: string): Date {
  const shown = Date.UTC(...fields);
  const offsetAt = (at: number) => Date.UTC(...fieldsOf(new Date(at), timeZone)) - at;
  // Zones change their offset by hours at most, so those of a day before and after are all there are.
  const offsets = [offsetAt(shown - DAY_MS), offsetAt(shown + DAY_MS)];
  const found = offsets.map((offset) => shown - offset).find((at) => at + offsetAt(at) === shown);
  return new Date(found ?? shown - (offsets[0] ?? 0));
}
