/** What a version was worth since it tells, as rows of charts. */
import type { LivePerformance } from '@/api/client';
import type { ChartRows, Column } from '@/charts';
import type { ModelWords } from './words';

type Period = LivePerformance['periods'][number];

/** Two lines, oldest first: what the forecasts missed by, and what repeating the last season would have. */
export function errorRows(periods: readonly Period[], t: ModelWords): ChartRows {
  const known = periods.filter(({ mase }) => mase !== null);
  return {
    columns: [
      day(t.week),
      { name: 'who', label: t.forecasts, type: 'string', unit: null, decimals: null },
      { name: 'error', label: t.liveError, type: 'number', unit: null, decimals: 2 },
    ],
    rows: known.flatMap(({ windowStart, mase, naiveMase }) => [
      [windowStart, t.thisVersionDoes, mase],
      [windowStart, t.repeating, naiveMase],
    ]),
    chart: { ...LINE, type: 'line', y: 'error', series: 'who' },
  };
}

export function coverageRows(periods: readonly Period[], t: ModelWords): ChartRows {
  return {
    columns: [
      day(t.week),
      { name: 'held', label: t.liveHeld, type: 'number', unit: '%', decimals: 0 },
    ],
    rows: periods
      .filter(({ coverage }) => coverage !== null)
      .map(({ windowStart, coverage }) => [windowStart, coverage]),
    chart: { ...LINE, type: 'line', y: 'held' },
  };
}

export function alertRows(periods: readonly Period[], t: ModelWords): ChartRows {
  return {
    columns: [
      day(t.week),
      { name: 'alerts', label: t.liveAlerts, type: 'integer', unit: null, decimals: 0 },
    ],
    rows: periods
      .filter(({ alerts }) => alerts !== null)
      .map(({ windowStart, alerts }) => [windowStart, alerts]),
    chart: { ...LINE, type: 'line', y: 'alerts' },
  };
}

const LINE = { x: 'start', series: null, label: null, title: null, note: null } as const;

const day = (label: string): Column => ({
  name: 'start',
  label,
  type: 'datetime',
  unit: null,
  decimals: null,
});
