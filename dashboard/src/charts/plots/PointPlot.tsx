/** Lines and scattered points: both have a place along an axis of numbers, times or categories. */
import type { Key } from 'react';
import { CartesianGrid, ComposedChart, Line, XAxis, YAxis } from 'recharts';
import type { AxisLimits } from '@/api/client';
import { useFormat } from '@/i18n/format';
import type { Shape, Size } from '../kinds';
import { colourOf, dashOf, signOf } from '../shape';
import { axisLabel, tickText, timeAxis } from '../values';
import { AlongName, AxisUnit, CutMark } from './AxisUnit';
import { fitting, MARGIN, shorten, Y_AXIS } from './layout';
import { Overlay } from './Overlay';
import { TICK } from './style';

// Up to here every point of a line is drawn as a point too.
const FEW = 40;
const TIME_LETTERS = 8;
// Of an axis with its name under its ticks, in px.
const NAMED = 40;

export function PointPlot({ shape, size }: { shape: Shape; size: Size }) {
  const format = useFormat();
  const unit = axisLabel(shape.y);
  const along = axisLabel(shape.x);
  const isLine = shape.type === 'line';
  const dotOf = isLine ? lineDot : sign;
  return (
    <ComposedChart
      width={size.width}
      height={size.height}
      margin={MARGIN}
      accessibilityLayer={false}
      data={[]}
    >
      <CartesianGrid stroke="var(--chart-grid)" vertical={shape.type === 'scatter'} />
      <XAxis {...useAlong(shape, size)} {...TICK} dataKey="at" type="number" height={NAMED} />
      <YAxis
        {...TICK}
        dataKey="y"
        type="number"
        width={Y_AXIS}
        {...endsOf(shape.spec.yAxis)}
        tickFormatter={(value: number) => tickText(value, shape.y, format)}
      />
      {shape.groups.map(({ key, place, points }) => (
        <Line
          key={key}
          data={points}
          dataKey="y"
          stroke={isLine ? colourOf(place) : 'none'}
          strokeWidth={2}
          strokeDasharray={dashOf(place)}
          dot={isLine && points.length > FEW ? lonely(points, place) : dotOf(place)}
          activeDot={false}
          isAnimationActive={false}
        />
      ))}
      <AxisUnit text={unit} />
      <CutMark isCut={shape.spec.yAxis?.isCut ?? false} />
      <AlongName text={along} height={NAMED} />
      <Overlay marks={shape.marks} groups={shape.groups.length} kind="free" />
    </ComposedChart>
  );
}

interface Place {
  key?: Key | null | undefined;
  cx?: number | undefined;
  cy?: number | undefined;
  value?: unknown;
}

const sign = (group: number) => (place: Place) => (
  <Dot key={place.key} place={place} group={group} />
);
/** Of a long line the points without a neighbour, of which it would show nothing. */
const lonely =
  (points: readonly { y: number | null }[], group: number) =>
  (place: Place & { index?: number }) => {
    const [before, after] = [-1, 1].map((way) => points[(place.index ?? 0) + way]?.y ?? null);
    return before === null && after === null ? (
      <Dot key={place.key} place={place} group={group} size={0.65} />
    ) : (
      <g key={place.key} />
    );
  };
const lineDot = (group: number) => (place: Place) => (
  <Dot key={place.key} place={place} group={group} size={0.65} />
);

function Dot({ place, group, size = 1 }: { place: Place; group: number; size?: number }) {
  if (place.cx === undefined || place.cy === undefined || Number.isNaN(place.cy)) return null;
  return (
    <path
      d={signOf(group)}
      transform={`translate(${place.cx} ${place.cy}) scale(${size})`}
      fill={colourOf(group)}
      stroke="var(--surface)"
      strokeWidth={0.75}
    />
  );
}

/** The first and last tick are the ends of an axis of numbers. */
const endsOf = (limits: AxisLimits | null) =>
  limits && { domain: [limits.ticks[0] ?? 0, limits.ticks.at(-1) ?? 0], ticks: limits.ticks };

function useAlong(shape: Shape, size: Size) {
  const format = useFormat();
  if (shape.axis === 'time') {
    const ats = shape.groups.flatMap(({ points }) => points.map(({ at }) => at));
    const places = [...new Set(ats)].sort((a, b) => a - b);
    return timeAxis(places, fitting(size.width, TIME_LETTERS), format.locale, shape.spec.step);
  }
  if (shape.axis === 'number') {
    return {
      ...endsOf(shape.spec.xAxis),
      tickFormatter: (at: number) => tickText(at, shape.x, format),
    };
  }
  const letters = 10;
  const count = shape.categories.length;
  const stride = Math.ceil(count / fitting(size.width, letters));
  return {
    domain: [-0.5, count - 0.5],
    ticks: shape.categories.map((_, at) => at).filter((at) => at % stride === 0),
    tickFormatter: (at: number) => shorten(shape.categories[at] ?? '', letters),
  };
}
