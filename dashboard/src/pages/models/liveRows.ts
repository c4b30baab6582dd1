/** What a version was worth since it tells, as rows of charts. */
import type { ChartSpec, LivePerformance } from '@/api/client';
import type { ChartRows, Column } from '@/charts';
import type { ModelWords } from './words';

type Period = LivePerformance['periods'][number];

/** Two lines, oldest first: what the forecasts missed by, and what repeating the last season would have. */
export function errorRows(periods: readonly Period[], t: ModelWords): ChartRows {
  const lines = [t.thisVersionDoes, t.repeating];
  const rows = periods
    .filter(({ mase }) => mase !== null)
    .flatMap(({ windowStart, mase, naiveMase }) => [
      [windowStart, lines[0], mase],
      [windowStart, lines[1], naiveMase],
    ]);
  return {
    columns: [
      day(t.week),
      { name: 'who', label: t.forecasts, type: 'string', unit: null, decimals: null },
      { name: 'error', label: t.liveError, type: 'number', unit: null, decimals: 2 },
    ],
    rows,
    chart: { ...LINE, type: 'line', y: 'error', series: 'who' },
    spec: {
      ...DRAWN,
      series: lines.map((name, place) => ({
        ...{ name, others: 0, own: [] },
        rows: rows.map((_, at) => at).filter((at) => at % lines.length === place),
      })),
    },
  };
}

export function coverageRows(periods: readonly Period[], t: ModelWords): ChartRows {
  const rows = periods
    .filter(({ coverage }) => coverage !== null)
    .map(({ windowStart, coverage }) => [windowStart, coverage]);
  return oneLine(
    { name: 'held', label: t.liveHeld, type: 'number', unit: '%', decimals: 0 },
    rows,
    t,
  );
}

export function alertRows(periods: readonly Period[], t: ModelWords): ChartRows {
  const rows = periods
    .filter(({ alerts }) => alerts !== null)
    .map(({ windowStart, alerts }) => [windowStart, alerts]);
  const column = { name: 'alerts', label: t.liveAlerts, type: 'integer' } as const;
  return oneLine({ ...column, unit: null, decimals: 0 }, rows, t);
}

const LINE = { x: 'start', label: null, title: null, note: null } as const;
const DRAWN: Omit<ChartSpec, 'series'> = {
  ...{ kind: 'line', along: 'time', step: null, isList: false, rest: null, whole: null },
  isOwnTime: false,
  ...{ yAxis: null, xAxis: null, unshown: [], notes: [], translations: {} },
};

const oneLine = (column: Column, rows: (string | number | null)[][], t: ModelWords): ChartRows => ({
  columns: [day(t.week), column],
  rows,
  chart: { ...LINE, type: 'line', y: column.name, series: null },
  spec: {
    ...DRAWN,
    series: [{ name: null, others: 0, rows: rows.map((_, at) => at), own: [] }],
  },
});

const day = (label: string): Column => ({
  name: 'start',
  label,
  type: 'datetime',
  unit: null,
  decimals: null,
});
