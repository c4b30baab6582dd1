import { describe, expect, it } from 'vitest';
import type { ChartRows, ChartSpec, Column } from './kinds';
import { REST, shapeOf, step, timeOf, valueAt, without } from './shape';
import { slicesOf } from './slices';

const column = (name: string, type: Column['type']): Column => ({
  name,
  label: name,
  type,
  unit: null,
  decimals: null,
});
const say = (value: unknown) => (value === null ? '–' : String(value));

const rest = (n: number) => `${n} others`;

/** series: positions of their rows, by name. */
function given(
  type: 'bar' | 'line' | 'pie' | 'scatter',
  columns: Column[],
  rows: unknown[][],
  series: Record<string, number[]>,
  more: Partial<ChartSpec> = {},
): ChartRows {
  const [x, second, third] = columns.map(({ name }) => name);
  const isTime = columns[0]?.type === 'date';
  return {
    columns,
    rows,
    spec: {
      ...{ kind: type, along: isTime ? 'time' : 'category', step: isTime ? 'day' : null },
      ...{ isList: false, rest: null, isOwnTime: isTime, whole: null, yAxis: null, xAxis: null },
      ...{ unshown: [], notes: [], translations: {} },
      series: Object.entries(series).map(([name, positions]) => ({
        ...{ name, others: 0, rows: positions, own: [] },
      })),
      ...more,
    },
    chart: {
      type,
      x: x ?? '',
      y: third ?? second ?? '',
      series: third && second ? second : null,
      label: null,
      title: null,
      note: null,
    },
  };
}

describe('the shape of a chart', () => {
  const days = [column('ds', 'date'), column('origin', 'string'), column('delay', 'number')];

  it('keeps the row behind every mark, series by series, in the order of the server', () => {
    const shape = shapeOf(
      given(
        'line',
        days,
        [
          ['2013-02-02', 'JFK', 4],
          ['2013-02-01', 'JFK', 3],
          ['2013-02-01', 'EWR', 5],
          ['2013-02-02', 'EWR', null],
        ],
        { JFK: [1, 0], EWR: [2, 3] },
      ),
      say,
      rest,
    );
    expect(shape?.axis).toBe('time');
    expect(shape?.groups.map(({ name, place }) => [name, place])).toEqual([
      ['JFK', 0],
      ['EWR', 1],
    ]);
    expect(shape?.marks.map(({ row, y }) => [row, y])).toEqual([
      [1, 3],
      [2, 5],
      [0, 4],
    ]);
    // What is not known is a gap in its line, and no mark.
    expect(shape?.groups[1]?.points.at(-1)).toMatchObject({ y: null });
  });

  it('takes gaps and sums, which are no rows, from the server', () => {
    const own = [
      { x: '2013-02-02', y: null, others: 0 },
      { x: '2013-02-04', y: 9, others: 0 },
    ];
    const series = [{ name: null, others: 3, rows: [0, null, 1, null], own }];
    const rows = [
      ['2013-02-01', '', 3],
      ['2013-02-03', '', 4],
    ];
    const shape = shapeOf(given('line', days, rows, {}, { series }), say, rest);
    expect(shape?.groups[0]).toMatchObject({ name: '3 others', place: REST });
    expect(shape?.groups[0]?.points.map(({ y }) => y)).toEqual([3, null, 4, 9]);
    expect(shape?.marks.map(({ row }) => row)).toEqual([0, 1, null]);
  });

  it('hides a series and leaves the others their colours', () => {
    const rows = [
      ['2013-02-01', 'JFK', 3],
      ['2013-02-01', 'EWR', 5],
    ];
    const shape = shapeOf(given('line', days, rows, { JFK: [0], EWR: [1] }), say, rest);
    if (!shape) throw new Error('there is no shape');
    const left = without(shape, new Set(['"JFK"']));
    expect(left.marks.map(({ group, y }) => [group, y])).toEqual([[1, 5]]);
    expect(left.groups.map(({ place }) => place)).toEqual([0, 1]);
  });

  it('gives bars the order of their marks, and one place to each name', () => {
    const shape = shapeOf(
      given(
        'bar',
        [column('origin', 'string'), column('status', 'string'), column('n', 'integer')],
        [
          ['LGA', 'late', 2],
          ['EWR', 'late', 1],
          ['LGA', 'on time', 9],
        ],
        { late: [0, 1], 'on time': [2] },
      ),
      say,
      rest,
    );
    expect(shape?.categories).toEqual(['LGA', 'EWR']);
    expect(shape?.marks.map(({ at, group }) => [at, group])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
  });

  it('gives what is written alike a place each', () => {
    const columns = [column('a', 'string'), column('by', 'string'), column('n', 'integer')];
    const rows = [
      ['', 'x', 1],
      [null, 'x', 2],
      ['', '', 3],
      ['', null, 4],
    ];
    const series = [
      { name: 'x', others: 0, rows: [0, 1], own: [] },
      { name: '', others: 0, rows: [2], own: [] },
      { name: null, others: 0, rows: [3], own: [] },
    ];
    const blank = (value: unknown) => (value === '' ? '–' : say(value));
    const shape = shapeOf(given('bar', columns, rows, {}, { series }), blank, rest);
    if (!shape) throw new Error('there is no shape');
    expect(shape.categories).toEqual(['–', '–']);
    expect(shape.marks.map(({ at, group, y }) => [at, group, y])).toEqual([
      [0, 0, 1],
      [0, 1, 3],
      [0, 2, 4],
      [1, 0, 2],
    ]);
    // Of two that are called alike one is hidden.
    expect(without(shape, new Set(['null'])).marks.map(({ y }) => y)).toEqual([1, 3, 2]);
  });

  it('tells numbers that are names apart by their decimals', () => {
    const columns = [column('rating', 'number'), column('n', 'integer')];
    const rounded = (value: unknown, { decimals }: Column) =>
      typeof value === 'number' ? value.toFixed(decimals ?? 1) : say(value);
    const named = (...ratings: (number | null)[]) => {
      const rows = ratings.map((rating, at) => [rating, at]);
      const series = { all: rows.map((_, at) => at) };
      return shapeOf(given('bar', columns, rows, series), rounded, rest)?.categories;
    };
    expect(named(1.201, 1.204)).toEqual(['1.201', '1.204']);
    expect(named(4, 4.5, 5, null)).toEqual(['4.0', '4.5', '5.0', '–']);
  });

  it('is none without the columns that the chart names', () => {
    const data = given('bar', [column('a', 'string'), column('b', 'number')], [], {});
    expect(shapeOf({ ...data, columns: [] }, say, rest)).toBeNull();
    expect(shapeOf({ ...data, chart: null }, say, rest)).toBeNull();
    expect(shapeOf({ ...data, spec: null }, say, rest)).toBeNull();
  });

  it('reads local times as they stand', () => {
    expect(timeOf('2013-02-01')).toBe(Date.UTC(2013, 1, 1));
    expect(timeOf('2013-02-01T06:30:00')).toBe(Date.UTC(2013, 1, 1, 6, 30));
    expect(timeOf('soon')).toBeNull();
  });

  it('says shares of the whole, and gives the others their own colour', () => {
    const rows = [
      ['a', 30],
      ['b', 20],
    ];
    const own = [{ x: null, y: 150, others: 8 }];
    const series = [{ name: null, others: 0, rows: [0, 1, null], own }];
    const columns = [column('a', 'string'), column('n', 'integer')];
    const more = { series, whole: 200, rest: 2 };
    const shape = shapeOf(given('pie', columns, rows, {}, more), say, rest);
    if (!shape) throw new Error('there is no shape');
    expect(slicesOf(shape).map(({ name, share, colour }) => [name, share, colour])).toEqual([
      ['a', 15, 0],
      ['b', 10, 1],
      ['8 others', 75, REST],
    ]);
  });
});

describe('a line at a place where another has a point', () => {
  const points = [
    { at: 0, y: 1, label: 'Monday' },
    { at: 4, y: 5, label: 'Friday' },
    { at: 5, y: null, label: 'Saturday' },
    { at: 6, y: 7, label: 'Sunday' },
  ];
  it.each([
    ['its own value', 4, 'time', { y: 5, elsewhere: null }],
    ['nothing in a gap', 5, 'time', null],
    ['the nearest that is joined over it', 1, 'time', { y: 1, elsewhere: 'Monday' }],
    ['the nearest that is joined over it', 3, 'time', { y: 5, elsewhere: 'Friday' }],
    ['nothing beside a gap', 4.5, 'time', null],
    ['nothing before its first', -1, 'time', null],
    ['nothing after its last', 7, 'time', null],
    ['nothing of another name', 1, 'category', null],
  ] as const)('has %s', (_, at, axis, found) => {
    expect(valueAt({ key: 'a', name: 'a', place: 0, points }, at, axis)).toEqual(found);
  });
});

describe('keys on a chart', () => {
  const mark = (at: number, group: number) => ({ at, group, row: 0, y: 0, label: '' });
  const marks = [mark(0, 0), mark(0, 1), mark(1, 0), mark(1, 1), mark(2, 0)];

  it.each([
    [null, 'ArrowRight', 0],
    [0, 'ArrowRight', 2],
    [2, 'ArrowLeft', 0],
    [1, 'ArrowRight', 3],
    [3, 'ArrowRight', 3],
    [0, 'ArrowUp', 1],
    [1, 'ArrowDown', 0],
    [1, 'ArrowUp', 1],
    [0, 'End', 4],
    [4, 'Home', 0],
    [0, 'a', null],
  ])('lead from %s by %s to %s', (from, key, to) => {
    expect(step(marks, from, key)).toBe(to);
  });
});
