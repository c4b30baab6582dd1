import { describe, expect, it } from 'vitest';
import { columnOf, onlyTable, sayCondition } from './config';

describe('a condition', () => {
  it('reads as one line, with the default of its parameters', () => {
    const tree = {
      and: [
        { field: 'date', op: 'in_period', value: { param: 'period' } },
        {
          or: [
            { field: 'origin', op: 'eq', value: 'JFK' },
            { field: 'origin', op: 'is_null' },
          ],
        },
        { not: { field: 'flights', op: 'between', value: [1, 5] } },
      ],
    };
    expect(sayCondition(tree, { period: { type: 'period', default: 'last_month' } })).toBe(
      'date ∈ last month ∧ (origin = JFK ∨ origin = ∅) ∧ ¬(flights between 1, 5)',
    );
  });
});

it('names a column as the report does', () => {
  expect(columnOf({ measure: 'flights' })).toBe('flights');
  expect(columnOf({ agg: 'mean', field: 'delay' })).toBe('mean delay');
  expect(columnOf({ agg: 'count' })).toBe('count');
  expect(columnOf({ field: 'origin', label: 'Airport' })).toBe('Airport');
});

it('shows one table of several alone', () => {
  const config = {
    source: 'dataset:a',
    datasets: { one: { select: [] }, two: { select: [] } },
    charts: [{ type: 'bar' as const, x: 'a', y: 'b' }],
  };
  expect(onlyTable(config, 'two')).toEqual({
    source: 'dataset:a',
    datasets: { two: { select: [] } },
  });
});
