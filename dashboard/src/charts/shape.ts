/** From what the server says is to be drawn to places: groups of points, and the row behind each mark. */
import type { ChartRows, ChartSpec, Group, Mark, Shape } from './kinds';
import { namesOf, type Say } from './names';

/** Milliseconds of a local date or moment of data, as if it were in UTC; null for what is none. */
export function timeOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const time = Date.parse(value.length <= 10 ? `${value}T00:00:00Z` : `${value}Z`);
  return Number.isNaN(time) ? null : time;
}

/** Numbers beyond what a double tells apart come as text; where they stand in a chart does not show it. */
const numberOf = (value: unknown) => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
};

/** What stands for all others has a colour that no other has. */
export const REST = 12;

type Point = Omit<Mark, 'group' | 'y'> & { y: number | null };

/** Null if there is nothing to draw, or the columns that the chart names are not there. */
export function shapeOf(data: ChartRows, say: Say, rest: (n: number) => string): Shape | null {
  const { chart, spec, columns } = data;
  if (!chart || !spec) return null;
  const named = (name: string | null) => columns.findIndex((column) => column.name === name);
  const [x, y] = [columns[named(chart.x)], columns[named(chart.y)]];
  const by = columns[named(chart.series)];
  if (!x || !y) return null;
  const axis = spec.kind === 'bar' || spec.kind === 'pie' ? 'category' : spec.along;
  const categories = new Map<string, { at: number; name: string }>();
  const times: number[] = [];
  // By their values: two of them may be written alike.
  const along = (value: unknown, others: number, name: string) => {
    if (axis !== 'category') return axis === 'time' ? timeOf(value) : numberOf(value);
    const key = keyOf(value, others);
    const { at } = categories.get(key) ?? { at: categories.size };
    categories.set(key, { at, name });
    if (spec.along === 'time') times[at] = timeOf(value) ?? 0;
    return at;
  };
  const valued = spec.series.map((series) => valuesOf(series, data, named));
  const values = valued.flatMap((each) => each.map(({ value }) => value));
  const sayX = axis === 'category' ? namesOf(values, x, say) : (value: unknown) => say(value, x);
  const names = spec.series.map(({ name }) => name);
  const sayName = by ? namesOf(names, by, say) : () => y.label;
  const groups = spec.series.map((series, position) => {
    const points = (valued[position] ?? []).flatMap(({ value, others, own, ...point }) => {
      const name = others > 0 ? rest(others) : sayX(value);
      const at = along(value, others, name);
      return at === null ? [] : [{ ...point, at, label: own ? say(own.value, own.column) : name }];
    });
    const isRest = series.others > 0;
    return {
      key: keyOf(series.name, series.others),
      name: isRest ? rest(series.others) : sayName(series.name),
      place: isRest ? REST : position,
      points,
    };
  });
  const marks = marksOf(groups);
  return {
    type: spec.kind,
    axis,
    categories: [...categories.values()].map(({ name }) => name),
    times,
    groups,
    marks,
    x,
    y,
    spec,
  };
}

const keyOf = (value: unknown, others: number) =>
  others > 0 ? 'others' : JSON.stringify(value ?? null);

/** The marks of a series with what their rows have. */
function valuesOf(
  { rows: positions, own }: ChartSpec['series'][number],
  { chart, columns, rows }: ChartRows,
  named: (name: string | null) => number,
) {
  const [xAt, yAt, labelAt] = [chart?.x, chart?.y, chart?.label].map((name) => named(name ?? null));
  const label = columns[labelAt ?? -1];
  let next = 0;
  return positions.map((position) => {
    const row = position === null ? undefined : rows[position];
    if (!row || position === null) {
      const mark = own[next++];
      return {
        value: mark?.x,
        y: mark?.y ?? null,
        others: mark?.others ?? 0,
        row: null,
        own: null,
      };
    }
    const said = label ? { value: row[labelAt ?? -1], column: label } : null;
    return {
      value: row[xAt ?? -1],
      y: numberOf(row[yAt ?? -1]),
      others: 0,
      row: position,
      own: said,
    };
  });
}

function marksOf(groups: readonly { points: readonly Point[] }[]): Mark[] {
  const marks: Mark[] = [];
  groups.forEach(({ points }, group) => {
    for (const { at, y, row, label } of points) {
      if (y !== null) marks.push({ at, y, row, label, group });
    }
  });
  return marks.sort((a, b) => a.at - b.at || a.group - b.group);
}

/** Without the groups of these keys: the others keep their colours, and the axes their ends. */
export function without(shape: Shape, hidden: ReadonlySet<string>): Shape {
  if (hidden.size === 0) return shape;
  const groups = shape.groups.map((group) =>
    hidden.has(group.key) ? { ...group, points: [] } : group,
  );
  const marks = shape.marks.filter(({ group }) => !hidden.has(shape.groups[group]?.key ?? ''));
  return { ...shape, groups, marks };
}

/**
 * What a group has at a place: its own value there, else the nearest of the two that a line joins over it, since not
 * every value of a long line is drawn; null beside a gap, and before its first and after its last.
 */
export function valueAt({ points }: Group, at: number, axis: Shape['axis']) {
  const own = points.find((point) => point.at === at);
  if (own) return own.y === null ? null : { y: own.y, elsewhere: null };
  if (axis === 'category') return null;
  const after = points.findIndex((point) => point.at > at);
  const [one, other] = [points[after - 1], points[after]];
  if (one?.y == null || other?.y == null) return null;
  const near = at - one.at <= other.at - at ? { ...one, y: one.y } : { ...other, y: other.y };
  return { y: near.y, elsewhere: near.label };
}

/** The mark that an arrow key leads to; up and down go to the neighbouring group at the same place. */
export function step(marks: readonly Mark[], current: number | null, key: string): number | null {
  const last = marks.length - 1;
  if (last < 0) return null;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  const from = current === null ? null : marks[current];
  if (!from || current === null) return key.startsWith('Arrow') ? 0 : null;
  const way = key === 'ArrowRight' || key === 'ArrowUp' ? 1 : -1;
  if (key === 'ArrowRight' || key === 'ArrowLeft') {
    for (let next = current + way; next >= 0 && next <= last; next += way) {
      if (marks[next]?.group === from.group) return next;
    }
    return current;
  }
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const next = marks[current + way];
    return next && next.at === from.at ? current + way : current;
  }
  return null;
}

export const colourOf = (place: number) =>
  place === REST ? 'var(--chart-rest)' : `var(--chart-${(place % REST) + 1})`;

const DASHES = [
  ...['', '7 3', '2 3', '10 3 2 3', '5 5', '1 4', '14 4', '6 2 2 2 2 2', '3 6', '12 3 4 3', '8 8'],
  ...['2 2 6 2', '1 2'],
];
/** Lines differ by their dashes too, for eyes that do not tell the colours apart. */
export const dashOf = (place: number) => DASHES[place] ?? '';

/** Shapes of a scatter's points and of the legend's signs, drawn around 0, 0. */
const SIGNS = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
  'M-3.600-3.600h7.200v7.200h-7.200z',
  'M0-5L4.600 3.400H-4.600z',
  'M0-5L5 0L0 5L-5 0z',
  'M-1.500-5h3v3.500h3.500v3h-3.500v3.500h-3v-3.500h-3.500v-3h3.500z',
  'M0 5L4.600-3.400H-4.600z',
  'M-5 0L3.400-4.600V4.600z',
  'M5 0L-3.400-4.600V4.600z',
  'M-4.600-1.600h9.200v3.200h-9.200z',
  'M-1.600-4.600h3.200v9.200h-3.200z',
  'M-4.600-2.600L-2.600-4.600L0-2L2.600-4.600L4.600-2.600L2 0L4.600 2.600L2.600 4.600L0 2L-2.600 4.600L-4.600 2.600L-2 0z',
  'M0-5L1.500-1.500L5 0L1.500 1.500L0 5L-1.500 1.500L-5 0L-1.500-1.500z',
  'M-4 0a4 4 0 0 1 8 0z',
];
export const signOf = (place: number) => SIGNS[place] ?? '';

/** Stripes of bars: a path over a tile, and how large the tile is. */
const STRIPES: readonly (readonly [string, number])[] = [
  ['', 6],
  ['M0 6L6 0M-1 1L1-1M5 7L7 5', 6],
  ['M0 3H6', 6],
  ['M0 0L6 6M-1 5L1 7M5-1L7 1', 6],
  ['M3 0V6', 6],
  ['M0 3.500H7M3.500 0V7', 7],
  ['M0 0L8 8M0 8L8 0', 8],
  ['M0 3.500L3.500 0', 3.5],
  ['M0 1.500H3', 3],
  ['M0 0L3.500 3.500', 3.5],
  ['M1.500 0V3', 3],
  ['M0 2H4M2 0V4', 4],
  ['M0 0L5 5M0 5L5 0', 5],
];
export const stripesOf = (place: number) => STRIPES[place] ?? (['', 6] as const);
