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
  ['en', 'points', 671, 255, 0, '255 of 671 points, learning 416'],
  ['en', 'series', 3, 3, 0, '3 of 3 series'],
  ['en', 'points', 14, 14, 55, '14 of 14 points, left out 55 (another time step)'],
  ['fr', 'points', 671, 255, 0, "255 points sur 671, 416 en cours d'apprentissage"],
  ['fr', 'series', 3, 3, 1, '3 séries sur 3, hors évaluation\u00a0: 1 (autre pas de temps)'],
] as const)(
  'in %s, of %s: what is learning and what is left out is said where there is any',
  (language, unit, total, scored, leftOut, said) => {
    const format = formatters({ language, timeZone: 'UTC' });
    const coverage = { unit, total, scored, learning: total - scored, leftOut };
    expect(sayCoverage(coverage, words.within(language), format)).toBe(said);
  },
);
