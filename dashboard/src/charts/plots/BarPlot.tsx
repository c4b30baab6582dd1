import { Bar, BarChart, CartesianGrid, XAxis, YAxis } from 'recharts';
import { useFormat } from '@/i18n/format';
import css from '../charts.module.css';
import type { Shape, Size } from '../kinds';
import { colourOf } from '../shape';
import { axisUnit, tickText } from '../values';
import { AxisUnit } from './AxisUnit';
import { barLayout, fitting, MARGIN, shorten, Y_AXIS } from './layout';
import { Overlay } from './Overlay';
import { TICK } from './style';

/** One entry a category, with the value of each group in it. */
const entriesOf = (shape: Shape) => {
  const entries = shape.categories.map((_, at) => ({ at, ys: [] as (number | undefined)[] }));
  for (const { at, group, y } of shape.marks) {
    const entry = entries[at];
    if (entry) entry.ys[group] = y;
  }
  return entries;
};

export function BarPlot({ shape, size }: { shape: Shape; size: Size }) {
  const format = useFormat();
  const { isLying, height, labelWidth, letters } = barLayout(shape, size);
  const longest = Math.max(1, ...shape.categories.map((name) => name.length));
  const every = Math.ceil(shape.categories.length / fitting(size.width, longest)) - 1;
  const values = (value: number) => tickText(value, shape.y, format);
  const names = (at: number) => shorten(shape.categories[at] ?? '', letters);
  const unit = [shape.y.label, axisUnit(shape.y)].filter(Boolean).join(', ');
  const value = { type: 'number' as const, tickFormatter: values, ...TICK };
  const category = { type: 'category' as const, dataKey: 'at', tickFormatter: names, ...TICK };
  return (
    <BarChart
      width={size.width}
      height={height}
      data={entriesOf(shape)}
      layout={isLying ? 'vertical' : 'horizontal'}
      margin={{ ...MARGIN, right: isLying ? 20 : MARGIN.right }}
      barCategoryGap="14%"
      barGap={1}
      accessibilityLayer={false}
    >
      <CartesianGrid stroke="var(--chart-grid)" vertical={isLying} horizontal={!isLying} />
      {isLying ? (
        <XAxis {...value} height={24} tickCount={4} />
      ) : (
        <XAxis {...category} height={24} interval={every} />
      )}
      {isLying ? (
        <YAxis {...category} width={labelWidth} interval={0} tick={<NameTick names={names} />} />
      ) : (
        <YAxis {...value} width={Y_AXIS} />
      )}
      {shape.groups.map(({ name }, group) => (
        <Bar
          key={name}
          dataKey={(entry: { ys: (number | undefined)[] }) => entry.ys[group]}
          fill={colourOf(group)}
          radius={isLying ? [0, 3, 3, 0] : [3, 3, 0, 0]}
          maxBarSize={44}
          isAnimationActive={false}
        />
      ))}
      <AxisUnit text={unit} />
      <Overlay
        marks={shape.marks}
        groups={shape.groups.length}
        kind={isLying ? 'lying' : 'standing'}
      />
    </BarChart>
  );
}

/** On one line, whatever its width: the drawing library would break it. */
const NameTick = ({
  names,
  x,
  y,
  payload,
}: {
  names: (at: number) => string;
  x?: number;
  y?: number;
  payload?: { value: number };
}) => (
  <text className={css.axis} x={x} y={y} dy="0.35em" textAnchor="end">
    {payload && names(payload.value)}
  </text>
);
