/** The way down from a figure to its rows, as it stands in the address. */

import type { QueryConfig } from '@/api/client';
import type { Column } from '@/charts';
import { columnName, isAggregate, isGrouped, tableOf } from '@/query/config';

export type Step = Record<string, string | number | boolean | null>;

export interface Way {
  /** What was pressed so far, level by level. */
  path: readonly Step[];
  /** What this level is grouped by; null: its rows, or at the top the panel itself. */
  by: string | null;
  /** At the top: the rows behind the whole panel. */
  isRows: boolean;
}

export const TOP: Way = { path: [], by: null, isRows: false };

export function wayOf(search: string): Way {
  const params = new URLSearchParams(search);
  const by = params.get('by');
  return { path: stepsOf(params.get('path')), by: by || null, isRows: params.get('rows') === '1' };
}

function stepsOf(text: string | null): Step[] {
  if (!text) return [];
  try {
    const steps: unknown = JSON.parse(text);
    return Array.isArray(steps) ? steps.filter(isStep) : [];
  } catch {
    return [];
  }
}

const isStep = (value: unknown): value is Step =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of the address, with the scope that is in `search`. */
export function searchOfWay(way: Way, search: string): string {
  const params = new URLSearchParams(search);
  for (const name of ['path', 'by', 'rows']) params.delete(name);
  if (way.path.length > 0) params.set('path', JSON.stringify(way.path));
  if (way.by) params.set('by', way.by);
  if (way.isRows) params.set('rows', '1');
  return params.toString();
}

export const isTop = (way: Way) => way.path.length === 0 && way.by === null && !way.isRows;

/** The groups of a row of the panel itself; null for one that stands for no one group. */
export function stepOfPanel(
  config: QueryConfig,
  columns: readonly Column[],
  row: readonly unknown[],
): Step | null {
  const table = tableOf(config);
  if (!table || !isGrouped(table)) return null;
  const step: Step = {};
  for (const item of table.select) {
    if (isAggregate(item)) continue;
    const name = columnName(item);
    const value = row[columns.findIndex((column) => column.name === name)];
    if (table.top?.rest !== undefined && value === table.top.rest) return null;
    step[name] = (value ?? null) as Step[string];
  }
  return step;
}

/** The group of a row of a level below. */
export function stepOfLevel(
  by: string,
  columns: readonly Column[],
  row: readonly unknown[],
): Step | null {
  const at = columns.findIndex((column) => column.name === by);
  return at < 0 ? null : { [by]: (row[at] ?? null) as Step[string] };
}

/** Ways up, from the panel itself: each is grouped as it was when its part was pressed. */
export function waysUp(way: Way): Way[] {
  return way.path.map((_, depth) =>
    depth === 0
      ? TOP
      : {
          path: way.path.slice(0, depth),
          by: Object.keys(way.path[depth] ?? {})[0] ?? null,
          isRows: false,
        },
  );
}
