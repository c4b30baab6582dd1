import { expect, test, vi } from 'vitest';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['fr'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { formatters } = await import('@/i18n/format');
const { loadCatalogue } = await import('@/i18n/catalogue');
const { sayCoverage } = await import('./coverage');
const { words } = await import('./words');
await loadCatalogue('fr');

test.each([
  ['en', 'points', 671, 255, '255 of 671 points, learning 416'],
  ['en', 'series', 3, 3, '3 of 3 series'],
  ['fr', 'points', 671, 255, "255 points sur 671, 416 en cours d'apprentissage"],
] as const)(
  'in %s, of %s: what is learning is said where there is any',
  (language, unit, total, scored, said) => {
    const format = formatters({ language, timeZone: 'UTC' });
    const coverage = { unit, total, scored, learning: total - scored };
    expect(sayCoverage(coverage, words.within(language), format)).toBe(said);
  },
);
