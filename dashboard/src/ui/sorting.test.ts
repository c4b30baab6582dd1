import { expect, test } from 'vitest';
import { inOrderOf, inputOf, pressed } from './sorting';

const french = (a: string, b: string) => a.localeCompare(b, 'fr');
const sorted = (values: (string | number | bigint | null)[], isAscending: boolean) =>
  inOrderOf(values, (each) => each, isAscending, french);

test('text goes as its reader sorts it, numbers by size, and nothing comes last either way', () => {
  expect(sorted(['Zoé', 'Été', 'abeille', null, 'Eau'], true)).toEqual([
    ...['abeille', 'Eau', 'Été', 'Zoé', null],
  ]);
  expect(sorted([10, null, 9, 100], true)).toEqual([9, 10, 100, null]);
  expect(sorted([10, null, 9, 100], false)).toEqual([100, 10, 9, null]);
  const large = 9_007_199_254_740_993n;
  expect(sorted([large, 2 ** 53, 1], false)).toEqual([large, 2 ** 53, 1]);
});

test('what is alike stays in the order in which it came', () => {
  const rows = [
    ...[
      { name: 'b', at: 1 },
      { name: 'a', at: 1 },
      { name: 'c', at: 0 },
    ],
  ];
  const names = (isAscending: boolean) =>
    inOrderOf(rows, ({ at }) => at, isAscending, french).map(({ name }) => name);
  expect(names(true)).toEqual(['c', 'b', 'a']);
  expect(names(false)).toEqual(['b', 'a', 'c']);
});

test('a press on a head turns its order, and begins numbers with the greatest', () => {
  const text = { key: 'name' };
  const number = { key: 'rows', isNumeric: true };
  const first = pressed(null, text);
  expect(first).toEqual({ by: 'name', isAscending: true });
  expect(pressed(first, text)).toEqual({ by: 'name', isAscending: false });
  expect(pressed(first, number)).toEqual({ by: 'rows', isAscending: false });
  expect(inputOf(first)).toEqual({ sort: 'name', isAscending: true });
  expect(inputOf(null)).toEqual({});
});
