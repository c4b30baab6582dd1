import { expect, test, vi } from 'vitest';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['fr'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { formatters } = await import('@/i18n/format');
const { afterNumber, axisLabel, textOf, timeAxis, valueLimits } = await import('./values');
const { sortableOf } = await import('./useTableColumns');
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

test("local times sort by what they say, in the hour that the reader's clock skips too", () => {
  vi.stubEnv('TZ', 'Europe/Paris');
  const at = (text: string) => sortableOf(text, { ...column, type: 'datetime' }, String);
  expect(new Date('2013-03-31T02:30:00').getHours()).toBe(3);
  expect(at('2013-03-31T02:30:00')).toBe(Date.UTC(2013, 2, 31, 2, 30));
  expect(at('2013-03-31')).toBe(Date.UTC(2013, 2, 31));
  vi.unstubAllEnvs();
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

test('an axis is named with its unit', () => {
  const x = { ...column, type: 'number', label: 'Departure delay', unit: 'min' } as const;
  expect(axisLabel(x)).toBe('Departure delay, min');
  expect(axisLabel({ ...x, label: 'Minutes of delay (min)' })).toBe('Minutes of delay (min)');
});

const DAY = Date.UTC(2013, 1, 28);
const HOUR = 3_600_000;
const told = (
  ats: readonly number[],
  count = 5,
  language: 'en' | 'fr' = 'en',
  step: 'month' | 'week' | 'year' | null = null,
) => {
  const { ticks, tickFormatter } = timeAxis(ats, count, language, step);
  return ticks.map(tickFormatter);
};

test('days have days for ticks, however few they are', () => {
  expect(told([DAY])).toEqual(['Feb 28']);
  expect(told([DAY, DAY + 24 * HOUR])).toEqual(['Feb 28', 'Mar 1']);
  expect(told([DAY, DAY + 48 * HOUR], 5, 'fr')).toEqual(['28 févr.', '1 mars', '2 mars']);
});

test('moments within two days have hours, and those of a longer span days', () => {
  expect(told([DAY + 6 * HOUR], 5, 'fr')).toEqual(['06:00']);
  expect(told([DAY, DAY + 6 * HOUR], 3, 'fr')).toEqual(['00:00', '02:00', '04:00', '06:00']);
  expect(told([DAY + 6 * HOUR, DAY + 60 * HOUR], 5, 'fr')).toEqual(['1 mars', '2 mars']);
});

test('a year has months', () => {
  const year = [Date.UTC(2012, 1, 28), DAY];
  expect(told(year, 2)).toEqual(['Feb 2012', 'Aug 2012', 'Feb 2013']);
});

test('ticks of months, weeks and years are those that there are', () => {
  const months = [0, 1, 2, 3].map((month) => Date.UTC(2013, month, 1));
  expect(told(months, 2, 'en', 'month')).toEqual(['Jan 2013', 'Mar 2013']);
  const weeks = [4, 11, 18].map((day) => Date.UTC(2013, 1, day));
  expect(told(weeks, 5, 'en', 'week')).toEqual(['Feb 4', 'Feb 11', 'Feb 18']);
  expect(told([Date.UTC(2012, 0, 1)], 5, 'en', 'year')).toEqual(['2012']);
});

test('a unit follows its number, and what is of a hundred stands close to it', () => {
  expect([null, '', 'min', '/100'].map(afterNumber)).toEqual(['', '', '\u00a0min', '/100']);
});

test.each([
  ['en', 'NG', 'NGN', null, '₦1,234.50'],
  ['en', 'GB', 'NGN', null, 'NGN\u00a01,234.50'],
  ['en', 'US', 'USD', 0, '$1,235'],
  ['en', 'GB', 'USD', null, 'US$1,234.50'],
  ['fr', 'SN', 'XOF', null, '1\u202f235\u00a0F\u202fCFA'],
  ['fr', 'FR', 'EUR', 1, '1\u202f234,5\u00a0€'],
  // No currency: a unit of somebody's own.
  ['en', 'NG', 'MWH', null, '1,234.5\u00a0MWH'],
] as const)('%s of %s writes %s as it is written there', (language, region, unit, digits, text) => {
  const format = formatters({ language, region, timeZone: 'UTC' });
  const money = { ...column, type: 'number', unit, decimals: digits } as const;
  const say = words.within('en');
  expect(textOf(1234.5, money, format, say, vocabulary.within('en'))).toBe(text);
});
