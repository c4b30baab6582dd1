import { describe, expect, test } from 'vitest';
import type { Home } from '@/api/client';
import { remaining, stillListed } from './accepted';

const home = (ids: number[], waiting: number) =>
  ({ gravest: ids.map((id) => ({ id })), stats: { recommendations: { waiting } } }) as Home;

describe('once some were accepted on Home', () => {
  test('the fourth is offered although the list does not have it yet', () => {
    const { rows, isMore } = remaining(home([1, 2, 3], 4), new Set([1, 2, 3]));
    expect(rows).toEqual([]);
    expect(isMore).toBe(true);
  });

  test('nothing is left where all were accepted', () => {
    expect(remaining(home([1, 2, 3], 3), new Set([1, 2, 3])).isMore).toBe(false);
  });

  test('one that waits is offered whatever was accepted before', () => {
    // Three were accepted an hour ago; another came since.
    expect(remaining(home([], 1), new Set([1, 2, 3])).isMore).toBe(true);
  });

  test('one that somebody opened again comes back', () => {
    const gone = stillListed(new Set([1, 2]), home([2, 3], 2).gravest);
    expect([...gone]).toEqual([2]);
    const back = home([1, 3], 2);
    expect(remaining(back, stillListed(gone, back.gravest)).rows.map(({ id }) => id)).toEqual([
      1, 3,
    ]);
  });
});
