import { describe, expect, it } from 'vitest';
import type { Column } from './kinds';
import { verdictOf } from './verdicts';

const change = (favourable: Column['favourable'], name = 'late_change') =>
  ({ name, label: 'Change', type: 'number', unit: 'pts', decimals: 1, favourable }) as Column;

describe('a change in a table', () => {
  it.each([
    ['up', 3.1, 'better'],
    ['up', -3.1, 'worse'],
    ['down', 3.1, 'worse'],
    ['down', -3.1, 'better'],
    ['down', 0, null],
    ['down', null, null],
    [null, 3.1, null],
  ] as const)('of a measure that is good %s by %s is %s', (favourable, value, verdict) => {
    expect(verdictOf(change(favourable), value)).toBe(verdict);
  });

  it('is none in the column of the measure itself', () => {
    expect(verdictOf(change('up', 'late'), 3.1)).toBeNull();
  });
});
