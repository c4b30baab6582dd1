import { useCallback, useMemo } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import type { TimedPoint } from './band';
import type { Column, Mark, Size } from './kinds';
import { Surface } from './Surface';
import type { Plots } from './usePlots';
import { useValues } from './values';
import { words } from './words';

export function BandDrawing({
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
  const draw = useCallback(
    (size: Size, { BandPlot }: Plots) => (
      <BandPlot points={points} marks={marks} y={y} size={size} />
    ),
    [points, marks, y],
  );
  return (
    <Surface label={title} height={height} marks={marks} read={read}>
      {draw}
    </Surface>
  );
}
