import { expect, test, vi } from 'vitest';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['fr'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { formatters } = await import('@/i18n/format');
const { textOf } = await import('./values');
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
