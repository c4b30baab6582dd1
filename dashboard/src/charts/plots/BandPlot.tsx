import type { Key } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, XAxis, YAxis } from 'recharts';
import { useFormat } from '@/i18n/format';
import type { TimedPoint } from '../band';
import type { Column, Mark, Size } from '../kinds';
import { tickText, timeAxis, valueLimits } from '../values';
import { AxisUnit } from './AxisUnit';
import { fitting, MARGIN, Y_AXIS } from './layout';
import { Overlay } from './Overlay';
import { TICK } from './style';

const FINDING = 'M0-7L7 0L0 7L-7 0z';
const TIME_LETTERS = 8;

export function BandPlot({
  points,
  marks,
  y,
  size,
}: {
  points: readonly TimedPoint[];
  marks: readonly Mark[];
  y: Column;
  size: Size;
}) {
  const format = useFormat();
  const data = points.map((point, index) => ({
    at: point.at,
    y: point.y,
    band: point.lo === null || point.hi === null ? null : [point.lo, point.hi],
    found: point.isFinding ? point.y : null,
    // The forecast begins where the observed line ends, so that they join.
    ahead: point.y === null ? point.yhat : points[index + 1]?.y === null ? point.y : null,
  }));
  return (
    <ComposedChart
      width={size.width}
      height={size.height}
      margin={MARGIN}
      data={data}
      accessibilityLayer={false}
    >
      <CartesianGrid stroke="var(--chart-grid)" vertical={false} />
      <XAxis
        {...TICK}
        dataKey="at"
        type="number"
        height={24}
        {...timeAxis(
          points.map(({ at }) => at),
          fitting(size.width, TIME_LETTERS),
          format.locale,
        )}
      />
      <YAxis
        {...TICK}
        width={Y_AXIS}
        {...valueLimits(
          y,
          points.flatMap((point) => [point.y, point.yhat, point.lo, point.hi]),
        )}
        tickFormatter={(value: number) => tickText(value, y, format)}
      />
      <Area
        dataKey="band"
        stroke="none"
        fill="var(--chart-band)"
        fillOpacity={1}
        activeDot={false}
        isAnimationActive={false}
      />
      <Line
        dataKey="ahead"
        stroke="var(--chart-3)"
        strokeWidth={2}
        strokeDasharray="5 3"
        dot={false}
        activeDot={false}
        isAnimationActive={false}
      />
      <Line
        dataKey="y"
        stroke="var(--chart-1)"
        strokeWidth={2}
        dot={false}
        activeDot={false}
        isAnimationActive={false}
      />
      <Line
        dataKey="found"
        stroke="none"
        dot={finding}
        activeDot={false}
        isAnimationActive={false}
      />
      <AxisUnit text={y.unit ?? ''} />
      <Overlay marks={marks} groups={1} kind="free" />
    </ComposedChart>
  );
}

const finding = (place: {
  key?: Key | null | undefined;
  cx?: number | undefined;
  cy?: number | undefined;
  value?: unknown;
}) =>
  typeof place.value === 'number' ? (
    <path
      key={place.key}
      d={FINDING}
      transform={`translate(${place.cx ?? 0} ${place.cy ?? 0})`}
      fill="var(--bad)"
      stroke="var(--surface)"
      strokeWidth={1.5}
    />
  ) : null;
