import { describe, expect, it } from 'vitest';
import { sayCondition } from './condition';
import { headingOf } from './config';

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
        { unless: { field: 'flights', op: 'gt', value: { field: 'late' } } },
      ],
    };
    expect(sayCondition(tree, { period: { type: 'period', default: 'last_month' } })).toBe(
      'date ∈ last month ∧ (origin = JFK ∨ origin = ∅) ∧ ¬(flights between 1, 5) ∧ (¬(flights > late) ∨ ∅)',
    );
    expect(
      sayCondition(
        { field: 'date', op: 'in_period', value: 'last_month' },
        {},
        { last_month: 'Le mois dernier' },
      ),
    ).toBe('date ∈ Le mois dernier');
  });
});

it('names a column as the report does', () => {
  expect(headingOf({ measure: 'flights' })).toBe('flights');
  expect(headingOf({ agg: 'mean', field: 'delay' })).toBe('mean delay');
  expect(headingOf({ agg: 'count' })).toBe('count');
  expect(headingOf({ field: 'origin', label: 'Airport' })).toBe('Airport');
});
