/** A series with what was expected of it: the band, the points that left it, and the forecast. */
import { useCallback, useMemo } from 'react';
import type { EvidencePoint } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Empty } from '@/ui/States';
import { ChartFigure, type View } from './ChartFigure';
import { DataTable } from './DataTable';
import type { Column, Mark } from './kinds';
import { Legend, type LegendItem } from './Legend';
import { Surface } from './Surface';
import { timeOf } from './shape';
import { useValues } from './values';
import { words } from './words';

/** ds: in the data's local time. A point without y lies ahead: its yhat is a forecast. */
export type BandPoint = EvidencePoint;

export type TimedPoint = BandPoint & { at: number };

const HEIGHT = 16;

export function BandChart({
  title,
  unit = null,
  points,
  height = HEIGHT,
  zone,
  reduced,
  isTitleShown,
  view,
}: {
  title: string;
  unit?: string | null | undefined;
  points: readonly BandPoint[];
  /** Of the drawing, in rem. */
  height?: number;
  /** In which zone the times are, in words. */
  zone?: string | null;
  reduced?: { shown: number; total: number } | null;
  isTitleShown?: boolean;
  view?: View;
}) {
  const t = useWords(words);
  const format = useFormat();
  const y = useMemo<Column>(
    () => ({ name: 'y', label: t.actual, type: 'number', unit, decimals: null }),
    [t, unit],
  );
  const timed = useMemo(() => timedOf(points), [points]);
  return (
    <ChartFigure
      title={title}
      isTitleShown={isTitleShown}
      view={view}
      notes={[
        reduced && t.reduced(format.number(reduced.shown), format.number(reduced.total)),
        zone,
      ]}
      legend={<BandLegend points={timed} />}
      chart={
        timed.length > 0 ? (
          <BandDrawing title={title} points={timed} y={y} height={height} />
        ) : (
          <div style={{ minHeight: `${height}rem` }}>
            <Empty title={t.nothing}>{t.nothingText}</Empty>
          </div>
        )
      }
      table={<BandTable title={title} points={timed} y={y} height={height} />}
    />
  );
}

function timedOf(points: readonly BandPoint[]): TimedPoint[] {
  return points
    .flatMap((point) => {
      const at = timeOf(point.ds);
      return at === null ? [] : [{ ...point, at }];
    })
    .sort((a, b) => a.at - b.at);
}

function BandDrawing({
  title,
  points,
  y,
  height,
}: {
  title: string;
  points: readonly TimedPoint[];
  y: Column;
  height: number;
}) {
  const t = useWords(words);
  const format = useFormat();
  const say = useValues();
  const known = useMemo(
    () => points.filter((point) => point.y !== null || point.yhat !== null),
    [points],
  );
  const marks = useMemo<Mark[]>(
    () =>
      known.map((point, row) => ({
        row,
        group: 0,
        at: point.at,
        y: point.y ?? point.yhat ?? 0,
        label: format.local(point.ds),
      })),
    [known, format],
  );
  const read = useCallback(
    (at: number) => {
      const point = known[at];
      if (!point) return { title: '', text: '' };
      const parts = [
        point.y === null ? t.forecastOf(say(point.yhat, y)) : say(point.y, y),
        point.lo !== null && point.hi !== null && t.bandOf(say(point.lo, y), say(point.hi, y)),
        point.isFinding && t.findingAt,
      ];
      return { title: format.local(point.ds), text: parts.filter(Boolean).join(', ') };
    },
    [known, say, y, format, t],
  );
  return (
    <Surface label={title} height={height} marks={marks} read={read}>
      {(size, { BandPlot }) => <BandPlot points={points} marks={marks} y={y} size={size} />}
    </Surface>
  );
}

function BandLegend({ points }: { points: readonly TimedPoint[] }) {
  const t = useWords(words);
  const hasForecast = points.some((point) => point.y === null && point.yhat !== null);
  const isOnlyForecast = points.every((point) => point.y === null);
  const hasBand = points.some((point) => point.lo !== null || point.hi !== null);
  const items: (LegendItem | false)[] = [
    !isOnlyForecast && { name: t.actual, sign: 'line', group: 0 },
    hasForecast && { name: t.forecast, sign: 'forecast', group: 2 },
    hasBand && { name: isOnlyForecast ? t.interval : t.band, sign: 'band', group: 0 },
    points.some((point) => point.isFinding) && { name: t.finding, sign: 'finding', group: 0 },
  ];
  return <Legend items={items.filter((item) => item !== false)} />;
}

function BandTable({
  title,
  points,
  y,
  height,
}: {
  title: string;
  points: readonly TimedPoint[];
  y: Column;
  height: number;
}) {
  const t = useWords(words);
  const data = useMemo(() => {
    const number = (name: string, label: string): Column => ({ ...y, name, label });
    return {
      columns: [
        { name: 'ds', label: t.time, type: 'datetime', unit: null, decimals: null } as Column,
        number('y', t.actual),
        number('yhat', t.expected),
        number('lo', t.lo),
        number('hi', t.hi),
        {
          name: 'isFinding',
          label: t.finding,
          type: 'boolean',
          unit: null,
          decimals: null,
        } as Column,
      ],
      rows: points.map((p) => [p.ds, p.y, p.yhat, p.lo, p.hi, p.isFinding]),
    };
  }, [points, y, t]);
  return <DataTable caption={t.tableOf(title)} data={data} height={height} />;
}
