/**
 * Pages of a list that is sorted by severity: the server lists by age, so each severity is read by itself and
 * the lists are laid one after the other.
 */
import type { Severity } from '@/api/client';

/** By severity the last id seen; 'end' where there is no more. */
export type From = Partial<Record<Severity, number | 'end'>>;

export interface ListPage<T> {
  rows: T[];
  next: From | null;
}

type Read<T> = (severity: Severity, cursor: number | null, limit: number) => Promise<T[]>;

/** At most `size` rows, those of the first severity before those of the next, and where the next page begins. */
export async function readBySeverity<T extends { id: number }>(
  severities: readonly Severity[],
  from: From,
  size: number,
  read: Read<T>,
): Promise<ListPage<T>> {
  const left = severities.filter((severity) => from[severity] !== 'end');
  const lists = await Promise.all(
    left.map((severity) => read(severity, cursorIn(from, severity), size)),
  );
  const rows: T[] = [];
  const next: From = { ...from };
  left.forEach((severity, index) => {
    const list = lists[index] ?? [];
    const taken = list.slice(0, size - rows.length);
    rows.push(...taken);
    const last = taken.at(-1);
    if (taken.length === list.length && list.length < size) next[severity] = 'end';
    else if (last) next[severity] = last.id;
  });
  const isEnd = severities.every((severity) => next[severity] === 'end');
  return { rows, next: isEnd ? null : next };
}

const cursorIn = (from: From, severity: Severity) => {
  const cursor = from[severity];
  return typeof cursor === 'number' ? cursor : null;
};
