/** What differs between two states of a thing, name by name; names of parts are joined by dots. */

import type { AuditEvent } from '@/api/client';

/** As the client has it: what is unknown may be absent. */
export type Change = Omit<AuditEvent, 'before' | 'after'> & { before?: unknown; after?: unknown };

export interface Difference {
  name: string;
  before: string | null;
  after: string | null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | null =>
  value === undefined || value === null
    ? null
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

export function differences(before: unknown, after: unknown, name = ''): Difference[] {
  if (isObject(before) || isObject(after)) {
    const [a, b] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      differences(a[key], b[key], name ? `${name}.${key}` : key),
    );
  }
  const [a, b] = [textOf(before), textOf(after)];
  return a === b ? [] : [{ name, before: a, after: b }];
}

/** One line of CSV. What a spreadsheet would take for a formula is set in front of an apostrophe. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return cells
    .map((cell) => {
      const text = String(cell ?? '');
      const safe = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(',');
}
