import { expect, test, vi } from 'vitest';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['fr'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { formatters } = await import('@/i18n/format');
const { afterNumber, alongLabel, textOf, timeTick, timeTicks, valueLimits } = await import(
  './values'
);
const { vocabulary } = await import('@/i18n/vocabulary');
const { words } = await import('./words');
const { loadCatalogue } = await import('@/i18n/catalogue');
await loadCatalogue('fr');

const french = formatters({ language: 'fr', timeZone: 'UTC' });
const column = { name: 'x', label: 'X', type: 'string', unit: null, decimals: null } as const;

test("the platform's own words are said in the reader's language", () => {
  const severity = { ...column, vocabulary: 'severity' } as const;
  expect(textOf('critical', severity, french, words.within('fr'), vocabulary.within('fr'))).toBe(
    'Critique',
  );
  const status = { ...column, vocabulary: 'execution_status' } as const;
  expect(textOf('failed', status, french, words.within('fr'), vocabulary.within('fr'))).toBe(
    'En échec',
  );
});

test('the same word of a dataset stays as it was delivered', () => {
  expect(textOf('critical', column, french, words.within('fr'), vocabulary.within('fr'))).toBe(
    'critical',
  );
  expect(
    textOf(
      'failed',
      { ...column, vocabulary: null },
      french,
      words.within('fr'),
      vocabulary.within('fr'),
    ),
  ).toBe('failed');
});

test('words of a vocabulary that this release does not know are shown', () => {
  const later = { ...column, vocabulary: 'of_a_later_release' as 'severity' };
  expect(textOf('failed', later, french, words.within('fr'), vocabulary.within('fr'))).toBe(
    'failed',
  );
});

test.each(['unheard_of', 'constructor'])(
  '%s, which this release does not know, is shown',
  (word) => {
    const severity = { ...column, vocabulary: 'severity' } as const;
    expect(textOf(word, severity, french, words.within('fr'), vocabulary.within('fr'))).toBe(word);
  },
);

const share = { ...column, type: 'number', unit: '%' } as const;

test.each([
  ['%', [87.3, 99.1], [85, 90, 95, 100]],
  ['/100', [100, 100], [98, 98.5, 99, 99.5, 100]],
  ['%', [100], [98, 98.5, 99, 99.5, 100]],
  ['/100', [98.2, 99.9, 100], [98, 98.5, 99, 99.5, 100]],
  ['%', [0, 100], [0, 25, 50, 75, 100]],
  ['%', [3, null, 97], [0, 25, 50, 75, 100]],
])('an axis of %s whose values are %j ends at 100', (unit, values, ticks) => {
  const limits = valueLimits({ ...share, unit }, values);
  const shown = limits.ticks ?? [];
  expect(shown.at(-1)).toBe(100);
  expect(limits.domain).toEqual([shown[0], 100]);
  expect(shown).toEqual(ticks);
});

test.each([
  ['%', [87.3, 103]],
  ['%', [-2, 99]],
  ['%', [1, 4]],
  ['%', [0, 0]],
  ['min', [87.3, 99.1]],
  [null, [87.3, 99.1]],
  ['/100', []],
])('an axis of %s whose values are %j follows them', (unit, values) => {
  expect(valueLimits({ ...share, unit }, values)).toEqual({ domain: ['auto', 'auto'] });
});

test('an axis of numbers is named with its unit, and one that says itself is not', () => {
  const x = { ...column, type: 'number', label: 'Departure delay', unit: 'min' } as const;
  expect(alongLabel({ axis: 'number', x })).toBe('Departure delay, min');
  expect(alongLabel({ axis: 'time', x: { ...column, type: 'date' } })).toBe('');
  expect(alongLabel({ axis: 'category', x: column })).toBe('');
});

test('the tick of a single day is its date, and that of a single hour its time', () => {
  const day = Date.UTC(2013, 1, 28);
  expect(timeTicks(day, day, 5)).toEqual([day]);
  expect(timeTick(day, 0, 'en')).toBe('Feb 28');
  expect(timeTick(day + 6 * 3_600_000, 0, 'fr')).toBe('06:00');
  expect(timeTick(day, 6 * 3_600_000, 'fr')).toBe('00:00');
  expect(timeTick(day, 30 * 86_400_000, 'fr')).toBe('28 févr.');
});

test('a unit follows its number, and what is of a hundred stands close to it', () => {
  expect([null, '', 'min', '/100'].map(afterNumber)).toEqual(['', '', '\u00a0min', '/100']);
});
