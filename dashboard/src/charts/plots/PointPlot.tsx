/** Lines and scattered points: both have a place along an axis of numbers, times or categories. */
import type { Key } from 'react';
import { CartesianGrid, ComposedChart, Line, XAxis, YAxis } from 'recharts';
import { useFormat } from '@/i18n/format';
import type { Shape, Size } from '../kinds';
import { colourOf, dashOf, signOf } from '../shape';
import { alongLabel, axisLabel, tickText, timeAxis, valueLimits } from '../values';
import { AlongName, AxisUnit } from './AxisUnit';
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
  const along = alongLabel(shape);
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
      <XAxis
        {...useAlong(shape, size)}
        {...TICK}
        dataKey="at"
        type="number"
        height={along ? NAMED : 24}
      />
      <YAxis
        {...TICK}
        dataKey="y"
        type="number"
        width={Y_AXIS}
        {...valueLimits(
          shape.y,
          shape.marks.map((mark) => mark.y),
        )}
        tickFormatter={(value: number) => tickText(value, shape.y, format)}
      />
      {shape.groups.map(({ name, points }, group) => (
        <Line
          key={name}
          data={points}
          dataKey="y"
          stroke={isLine ? colourOf(group) : 'none'}
          strokeWidth={2}
          strokeDasharray={dashOf(group)}
          dot={isLine && points.length > FEW ? false : dotOf(group)}
          activeDot={false}
          isAnimationActive={false}
        />
      ))}
      <AxisUnit text={unit} />
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

function useAlong(shape: Shape, size: Size) {
  const format = useFormat();
  const ats = shape.marks.map((mark) => mark.at);
  if (shape.axis === 'time') {
    return timeAxis(ats, fitting(size.width, TIME_LETTERS), format.language);
  }
  if (shape.axis === 'number') {
    return {
      ...valueLimits(shape.x, ats),
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
