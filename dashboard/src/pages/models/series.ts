/** One line of what a version gave out, over all its executions: each scores the periods that came since the last. */
import type { Compare, PanelData, QueryConfig } from '@/api/client';
import type { BandPoint } from '@/charts';

const FIELDS = ['ds', 'y', 'yhat', 'lo', 'hi', 'is_finding', 'execution_id'] as const;
export const MOST_POINTS = 500;

export interface SeriesWish {
  model: string;
  version: string;
  uniqueId: string;
  measure: string;
}

const eq = (field: string, value: string): Compare => ({ field, op: 'eq', value });

/** The latest periods first. */
export const seriesConfig = ({ model, version, uniqueId, measure }: SeriesWish): QueryConfig => ({
  version: 2,
  source: 'model_outputs',
  where: {
    and: [
      eq('model', model),
      eq('model_version', version),
      eq('unique_id', uniqueId),
      eq('measure', measure),
    ],
  },
  datasets: {
    points: {
      select: FIELDS.map((field) => ({ field })),
      sort: [
        { by: 'ds', dir: 'desc' },
        { by: 'execution_id', dir: 'desc' },
      ],
      limit: 2 * MOST_POINTS,
    },
  },
});

/** Oldest first; of a period that was scored again, the latest score. */
export function pointsOf(data: Pick<PanelData, 'columns' | 'rows'>): BandPoint[] {
  const at = (name: (typeof FIELDS)[number]) =>
    data.columns.findIndex((column) => column.name === name);
  const places = { ds: at('ds'), y: at('y'), yhat: at('yhat'), lo: at('lo'), hi: at('hi') };
  const isFinding = at('is_finding');
  const byPeriod = new Map<string, BandPoint>();
  const number = (value: unknown) => (typeof value === 'number' ? value : null);
  for (const row of data.rows) {
    const ds = String(row[places.ds]);
    if (byPeriod.has(ds)) continue;
    byPeriod.set(ds, {
      ds,
      y: number(row[places.y]),
      yhat: number(row[places.yhat]),
      lo: number(row[places.lo]),
      hi: number(row[places.hi]),
      isFinding: row[isFinding] === true,
    });
  }
  return [...byPeriod.values()].slice(0, MOST_POINTS).reverse();
}
