/**
 * The server's time zone rules: the browser's may be older. Until they are known, and outside the years that they
 * are told for, the browser's own hold.
 */
import { readJson, writeNote } from '@/offline/local';

/** From `since` to `until`: [from, offset], all in ms. */
export interface Rules {
  since: number;
  until: number;
  changes: (readonly [from: number, offset: number])[];
}

const KEY = 'iop.zones';
type Known = Partial<Record<string, Rules>>;
let known: Known | undefined;

const all = (): Known => {
  known ??= readJson<Record<string, Rules>>(KEY) ?? {};
  return known;
};

export const rulesOf = (zone: string) => all()[zone];

export function noteRules(more: Record<string, Rules>): void {
  known = { ...all(), ...more };
  writeNote(KEY, JSON.stringify(known));
}

/** A moment and the zone in which it is to be shown, so that clocks show what the server's rules say. */
export function inZone(at: Date, zone: string): [Date, string] {
  const rules = all()[zone];
  const time = at.getTime();
  if (!rules || !(time >= rules.since && time < rules.until)) return [at, zone];
  const [, offset] = rules.changes.filter(([from]) => from <= time).at(-1) ?? [];
  return offset === undefined ? [at, zone] : [new Date(time + offset), 'UTC'];
}
