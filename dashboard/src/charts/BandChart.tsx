/** A series with what was expected of it: the band, the points that left it, and the forecast. */
import { useMemo } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Empty } from '@/ui/States';
import { BandDrawing } from './BandDrawing';
import { BandTable } from './BandTable';
import { type BandPoint, type TimedPoint, timedOf } from './band';
import { ChartFigure, type View } from './ChartFigure';
import type { Column } from './kinds';
import { Legend, type LegendItem } from './Legend';
import { words } from './words';

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

function BandLegend({ points }: { points: readonly TimedPoint[] }) {
  const t = useWords(words);
  const hasForecast = points.some((point) => point.y === null && point.yhat !== null);
  const isOnlyForecast = points.every((point) => point.y === null);
  const hasBand = points.some((point) => point.lo !== null || point.hi !== null);
  const items: (Omit<LegendItem, 'key'> | false)[] = [
    !isOnlyForecast && { name: t.actual, sign: 'line', group: 0 },
    hasForecast && { name: t.forecast, sign: 'forecast', group: 2 },
    hasBand && { name: isOnlyForecast ? t.interval : t.band, sign: 'band', group: 0 },
    points.some((point) => point.isFinding) && { name: t.finding, sign: 'finding', group: 0 },
  ];
  const shown = items.filter((item) => item !== false);
  return <Legend items={shown.map((item) => ({ ...item, key: item.sign }))} />;
}
