/** From rows to what is drawn: groups of points, and the row behind each mark. */
import type { ChartRows, Column, Mark, Shape } from './kinds';

type Say = (value: unknown, column: Column) => string;

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

const isTime = (column: Column) => column.type === 'date' || column.type === 'datetime';

function axisOf(type: Shape['type'], x: Column): Shape['axis'] {
  if (type === 'bar' || type === 'pie') return 'category';
  if (isTime(x)) return 'time';
  return x.type === 'integer' || x.type === 'number' ? 'number' : 'category';
}

/** Null if the columns that the chart names are not there. */
export function shapeOf(data: ChartRows, say: Say): Shape | null {
  const { chart, columns, rows } = data;
  if (!chart || chart.type === 'table' || chart.type === 'metric') return null;
  const position = (name: string | null) => columns.findIndex((column) => column.name === name);
  const [xAt, yAt, groupAt, labelAt] = [
    position(chart.x),
    position(chart.y),
    position(chart.series),
    position(chart.label),
  ];
  const [x, y] = [columns[xAt], columns[yAt]];
  if (!x || !y) return null;
  const axis = axisOf(chart.type, x);
  const categories = new Map<string, number>();
  const groups = new Map<string, { at: number; y: number | null; row: number; label: string }[]>();
  rows.forEach((row, index) => {
    const label = say(row[xAt], x);
    const at = axis === 'category' ? numbered(categories, label) : alongOf(row[xAt], axis);
    if (at === null) return;
    const groupColumn = columns[groupAt];
    const name = groupColumn ? say(row[groupAt], groupColumn) : y.label;
    const points = groups.get(name) ?? [];
    const labelColumn = columns[labelAt];
    const own = labelColumn ? say(row[labelAt], labelColumn) : label;
    points.push({ at, y: numberOf(row[yAt]), row: index, label: own });
    groups.set(name, points);
  });
  for (const points of groups.values()) {
    if (axis !== 'category') points.sort((a, b) => a.at - b.at);
  }
  const named = [...groups].map(([name, points]) => ({ name, points }));
  return {
    type: chart.type,
    axis,
    categories: [...categories.keys()],
    groups: named,
    marks: marksOf(named),
    x,
    y,
  };
}

function numbered(categories: Map<string, number>, label: string): number {
  const known = categories.get(label);
  if (known !== undefined) return known;
  categories.set(label, categories.size);
  return categories.size - 1;
}

const alongOf = (value: unknown, axis: Shape['axis']) =>
  axis === 'time' ? timeOf(value) : numberOf(value);

function marksOf(
  groups: readonly { points: { at: number; y: number | null; row: number; label: string }[] }[],
): Mark[] {
  const marks: Mark[] = [];
  groups.forEach(({ points }, group) => {
    for (const { at, y, row, label } of points) {
      if (y !== null) marks.push({ at, y, row, label, group });
    }
  });
  return marks.sort((a, b) => a.at - b.at || a.group - b.group);
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

const PALETTE = 8;
export const colourOf = (group: number) => `var(--chart-${(group % PALETTE) + 1})`;

const DASHES = ['', '7 3', '2 3', '10 3 2 3', '4 4', '1 4', '12 4', '6 2 2 2'];
/** Lines differ by their dashes too, for eyes that do not tell the colours apart. */
export const dashOf = (group: number) => DASHES[group % DASHES.length] ?? '';

/** Shapes of a scatter's points and of the legend's signs, drawn around 0, 0. */
const SIGNS = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0',
  'M-3.600-3.600h7.200v7.200h-7.200z',
  'M0-5L4.600 3.400H-4.600z',
  'M0-5L5 0L0 5L-5 0z',
  'M-1.500-5h3v3.500h3.500v3h-3.500v3.500h-3v-3.500h-3.500v-3h3.500z',
  'M0 5L4.600-3.400H-4.600z',
];
export const signOf = (group: number) => SIGNS[group % SIGNS.length] ?? '';
