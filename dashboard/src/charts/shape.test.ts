import { describe, expect, it } from 'vitest';
import type { ChartRows, Column } from './kinds';
import { shapeOf, step, timeOf } from './shape';
import { slicesOf } from './slices';

const column = (name: string, type: Column['type']): Column => ({
  name,
  label: name,
  type,
  unit: null,
  decimals: null,
});
const say = (value: unknown) => (value === null ? '–' : String(value));

function given(
  type: 'bar' | 'line' | 'pie' | 'scatter',
  columns: Column[],
  rows: unknown[][],
): ChartRows {
  const [x, second, third] = columns.map(({ name }) => name);
  return {
    columns,
    rows,
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
  it('keeps the row behind every mark, series by series', () => {
    const shape = shapeOf(
      given(
        'line',
        [column('ds', 'date'), column('origin', 'string'), column('delay', 'number')],
        [
          ['2013-02-02', 'JFK', 4],
          ['2013-02-01', 'JFK', 3],
          ['2013-02-01', 'EWR', 5],
          ['2013-02-02', 'EWR', null],
        ],
      ),
      say,
    );
    expect(shape?.axis).toBe('time');
    expect(shape?.groups.map(({ name }) => name)).toEqual(['JFK', 'EWR']);
    expect(shape?.marks.map(({ row, y }) => [row, y])).toEqual([
      [1, 3],
      [2, 5],
      [0, 4],
    ]);
    // What is not known is a gap in its line, and no mark.
    expect(shape?.groups[1]?.points.at(-1)).toMatchObject({ y: null });
  });

  it('gives bars the order of their rows, and one place to each name', () => {
    const shape = shapeOf(
      given(
        'bar',
        [column('origin', 'string'), column('status', 'string'), column('n', 'integer')],
        [
          ['LGA', 'late', 2],
          ['EWR', 'late', 1],
          ['LGA', 'on time', 9],
        ],
      ),
      say,
    );
    expect(shape?.categories).toEqual(['LGA', 'EWR']);
    expect(shape?.marks.map(({ at, group }) => [at, group])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
  });

  it('is none without the columns that the chart names', () => {
    const data = given('bar', [column('a', 'string'), column('b', 'number')], []);
    expect(shapeOf({ ...data, columns: [] }, say)).toBeNull();
    expect(shapeOf({ ...data, chart: null }, say)).toBeNull();
  });

  it('reads local times as they stand', () => {
    expect(timeOf('2013-02-01')).toBe(Date.UTC(2013, 1, 1));
    expect(timeOf('2013-02-01T06:30:00')).toBe(Date.UTC(2013, 1, 1, 6, 30));
    expect(timeOf('soon')).toBeNull();
  });

  it('sums up the slices that are too small to be told apart', () => {
    const rows = Array.from({ length: 11 }, (_, n) => [`a${n}`, n]);
    const shape = shapeOf(given('pie', [column('a', 'string'), column('n', 'integer')], rows), say);
    if (!shape) throw new Error('there is no shape');
    const slices = slicesOf(shape, (n) => `${n} others`);
    expect(slices.map(({ name }) => name)).toEqual([
      'a10',
      'a9',
      'a8',
      'a7',
      'a6',
      'a5',
      'a4',
      '3 others',
    ]);
    expect(slices.at(-1)).toMatchObject({ value: 6, mark: null });
    // Nothing is no slice.
    expect(slices.reduce((sum, { value }) => sum + value, 0)).toBe(55);
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
