import { createElement } from 'react';
import { expect, test, vi } from 'vitest';
import { foundIn, inOrderOf, inputOf, pressed } from './sorting';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['fr'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { formatters } = await import('@/i18n/format');

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

test('rows are found by what their cells show, and not by what they are sorted by', () => {
  const { number, local } = formatters({ language: 'fr', timeZone: 'Europe/Paris' });
  const rows = [
    { ds: '2013-02-01T00:00:00', value: 1234.5, severity: 'Critique', series: 'EWR' },
    { ds: '2013-03-02T00:00:00', value: 12.5, severity: 'Info', series: 'JFK' },
  ];
  type Each = (typeof rows)[number];
  const columns = [
    { sortOf: (row: Each) => Date.parse(row.ds), cell: (row: Each) => local(row.ds) },
    { sortOf: (row: Each) => row.value, cell: (row: Each) => number(row.value) },
    { sortOf: (row: Each) => ['Critique'].indexOf(row.severity), cell: (r: Each) => r.severity },
    { cell: (row: Each) => createElement('code', {}, row.series), textOf: (r: Each) => r.series },
  ];
  const found = (text: string) => foundIn(rows, text, columns).map(({ series }) => series);
  expect(found('')).toEqual(['EWR', 'JFK']);
  expect(found('critique')).toEqual(['EWR']);
  expect(found(' jfk ')).toEqual(['JFK']);
  // As they are typed: the number itself has a narrow no-break space.
  expect(found('1 234,5')).toEqual(['EWR']);
  expect(found('12,5')).toEqual(['JFK']);
  expect(found('févr')).toEqual(['EWR']);
  // Neither the place of a word nor milliseconds.
  expect(found('-1')).toEqual([]);
  expect(found('136')).toEqual([]);
  expect(found('Critique EWR')).toEqual([]);
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
