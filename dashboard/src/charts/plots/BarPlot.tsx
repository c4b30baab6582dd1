import { useId } from 'react';
import { Bar, BarChart, CartesianGrid, Cell, XAxis, YAxis } from 'recharts';
import { useFormat } from '@/i18n/format';
import css from '../charts.module.css';
import type { Shape, Size } from '../kinds';
import { Stripes } from '../Stripes';
import { REST } from '../shape';
import { axisLabel, tickText } from '../values';
import { AlongName, AxisUnit } from './AxisUnit';
import { barLayout, fitting, MARGIN, shorten, Y_AXIS } from './layout';
import { Overlay } from './Overlay';
import { TICK } from './style';

// Of an axis with its name under its ticks, in px.
const NAMED = 40;

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
  const id = useId();
  const { isLying, height, labelWidth, letters } = barLayout(shape, size);
  const longest = Math.max(1, ...shape.categories.map((name) => name.length));
  const every = Math.ceil(shape.categories.length / fitting(size.width, longest)) - 1;
  const entries = entriesOf(shape);
  const values = (value: number) => tickText(value, shape.y, format);
  const names = (at: number) => shorten(shape.categories[at] ?? '', letters);
  const unit = axisLabel(shape.y);
  const { ticks = [] } = shape.spec.yAxis ?? {};
  const ends = { domain: [ticks[0] ?? 0, ticks.at(-1) ?? 0], ticks: [...ticks] };
  const value = { type: 'number' as const, tickFormatter: values, ...ends, ...TICK };
  const rest = shape.spec.rest ?? -1;
  const category = { type: 'category' as const, dataKey: 'at', tickFormatter: names, ...TICK };
  return (
    <BarChart
      width={size.width}
      height={height}
      data={entries}
      layout={isLying ? 'vertical' : 'horizontal'}
      margin={{ ...MARGIN, right: isLying ? 20 : MARGIN.right }}
      barCategoryGap="14%"
      barGap={1}
      accessibilityLayer={false}
    >
      <CartesianGrid stroke="var(--chart-grid)" vertical={isLying} horizontal={!isLying} />
      {isLying ? (
        <XAxis {...value} height={24} />
      ) : (
        <XAxis {...category} height={NAMED} interval={every} />
      )}
      {isLying ? (
        <YAxis {...category} width={labelWidth} interval={0} tick={<NameTick names={names} />} />
      ) : (
        <YAxis {...value} width={Y_AXIS} />
      )}
      <defs>
        {[...shape.groups.map(({ place }) => place), REST].map((place) => (
          <Stripes key={place} id={`${id}-${place}`} place={place} />
        ))}
      </defs>
      {shape.groups.map(({ key, place }, group) => (
        <Bar
          key={key}
          dataKey={(entry: { ys: (number | undefined)[] }) => entry.ys[group]}
          fill={`url(#${id}-${place})`}
          radius={isLying ? [0, 3, 3, 0] : [3, 3, 0, 0]}
          maxBarSize={44}
          isAnimationActive={false}
        >
          {rest >= 0 &&
            entries.map(({ at }) => (
              <Cell key={at} fill={`url(#${id}-${at === rest ? REST : place})`} />
            ))}
        </Bar>
      ))}
      <AxisUnit text={unit} />
      {!isLying && <AlongName text={axisLabel(shape.x)} height={NAMED} />}
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
