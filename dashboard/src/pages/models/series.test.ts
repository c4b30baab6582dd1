import { expect, it } from 'vitest';
import type { Column } from '@/api/client';
import { pointsOf } from './series';

const columns = ['ds', 'y', 'yhat', 'lo', 'hi', 'is_finding', 'execution_id'].map(
  (name): Column => ({
    name,
    label: name,
    type: 'number',
    unit: null,
    decimals: null,
    encoding: null,
    favourable: null,
    vocabulary: null,
    words: null,
    translations: null,
  }),
);

it('shows each period once, as it was scored last, oldest first', () => {
  const rows = [
    ['2013-02-02T00:00:00', 5, 4, 3, 6, false, 9],
    ['2013-02-01T00:00:00', 9, 4, 3, 6, true, 8],
    ['2013-02-01T00:00:00', null, 4, 3, 6, false, 2],
  ];
  expect(pointsOf({ columns, rows })).toEqual([
    { ds: '2013-02-01T00:00:00', y: 9, yhat: 4, lo: 3, hi: 6, isFinding: true },
    { ds: '2013-02-02T00:00:00', y: 5, yhat: 4, lo: 3, hi: 6, isFinding: false },
  ]);
});
