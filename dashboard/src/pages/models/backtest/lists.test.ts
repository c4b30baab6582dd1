import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import type { BacktestContent, BacktestLine, BacktestList, Thing } from '@/api/client';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['en'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { formatters } = await import('@/i18n/format');
const { loadCatalogue } = await import('@/i18n/catalogue');
const { firstStop, listAt, pointsOf, sayEmpty, saySentence, shownSeries } = await import('./lists');
const { Slider } = await import('./Slider');
const { backtestWords } = await import('./words');
await loadCatalogue('fr');

const format = formatters({ language: 'en', timeZone: 'UTC' });
const t = backtestWords.en;

const thing = (series: string, since: string, until = since): Thing => ({
  ...{ series, measure: 'y', kind: 'residual', severity: 'warning', ds: since, since, until },
  ...{ opened: until, value: 9, expected: 1, lo: 0, hi: 2, score: 3, chance: 0.001 },
  ...{ budget: 0.4, periods: 1 },
});

const list = (budget: number, things: Thing[], perWeek: number | null): BacktestList => ({
  ...{ budget, things, perWeek, count: things.length, precision: null, injected: null },
  ...{ byKind: [], worstWeek: { start: '2025-01-03T00:00:00', count: 0 } },
});

const two = [
  thing('B', '2025-02-01T00:00:00'),
  thing('A', '2025-03-01T00:00:00', '2025-03-02T00:00:00'),
];
const content: BacktestContent = {
  ...{ windowStart: '2025-01-03T00:00:00', windowEnd: '2026-12-01T00:00:00', freq: 'D' },
  deliveries: { count: 698, replayed: 698, periods: 1, failed: 0 },
  weeks: 99.7,
  coverage: { unit: 'points', total: 1396, learning: 42, leftOut: 0 },
  budget: 2,
  lists: [list(0.1, [], 0), list(2, two, 0.0201), list(100, [...two, ...two, ...two], 3)],
  ...{ forecast: null, rival: null, cpuSeconds: 1 },
};

test('the slider begins at the budget of the model and each stop has its own list', () => {
  expect(firstStop(content)).toBe(1);
  expect([0, 1, 2, 9].map((stop) => listAt(content, stop).count)).toEqual([0, 2, 6, 6]);
  expect(firstStop({ ...content, budget: null })).toBe(0);
});

test('the sentence follows the slider', () => {
  const say = (stop: number) => saySentence(content, listAt(content, stop), t, format);
  expect(say(0)).toBe('From Jan 3, 2025 to Nov 30, 2026 this would have told you nothing.');
  expect(say(1)).toBe(
    'From Jan 3, 2025 to Nov 30, 2026 this would have told you 2 things, about 1 in 50 weeks; these are they.',
  );
  expect(say(2)).toContain('6 things, 3 a week; these are they.');
});

test('where only some deliveries were replayed no week is spoken of', () => {
  const some = { ...content, deliveries: { ...content.deliveries, replayed: 12 } };
  expect(saySentence(some, list(0, two, null), t, format)).toContain('at 12 of 698 deliveries;');
});

test('the chart is of the series that was chosen, or of the first that is told of', () => {
  expect(shownSeries(null, ['A', 'B'], two)).toBe('B');
  expect(shownSeries('A', ['A', 'B'], two)).toBe('A');
  expect(shownSeries('gone', ['A', 'B'], [])).toBe('A');
  expect(shownSeries(null, [], two)).toBeNull();
});

test('what is marked in the chart is what the list tells of the series, and outside its range', () => {
  const days = ['2025-02-28', '2025-03-01', '2025-03-02', '2025-03-03'].map(
    (day) => `${day}T00:00:00`,
  );
  const band = { yhat: [1, 1, 1, 1], lo: [0, 0, 0, 0], hi: [2, 2, 2, 2] };
  const line: BacktestLine = { measure: 'y', ds: days, y: [9, 9, 1, 9], ...band };
  const marks = (things: Thing[]) => pointsOf(line, 'A', things).map(({ isFinding }) => isFinding);
  expect(marks(two)).toEqual([false, true, false, false]);
  expect(marks([])).toEqual([false, false, false, false]);
  const bare = { ...line, yhat: [], lo: [], hi: [] };
  expect(pointsOf(bare, 'A', two).map(({ isFinding }) => isFinding)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('in French the sentence agrees with the number', () => {
  const french = formatters({ language: 'fr', timeZone: 'UTC' });
  const say = (stop: number) =>
    saySentence(content, listAt(content, stop), backtestWords.within('fr'), french);
  expect(say(1)).toMatch(
    /^Du 3 janv\. 2025 au 30 nov\. 2026, 2 faits vous auraient été signalés, environ 1 en 50 semaines/,
  );
  expect(say(0)).toContain('rien ne vous aurait été signalé.');
});

test('an empty list names the slider only where moving it to the right would tell something', () => {
  const empty = list(0.1, [], 0);
  const of = (...lists: BacktestList[]) => ({ ...content, lists });
  expect(sayEmpty(content, 0, t)).toContain('Move the slider to the right');
  for (const [given, stop] of [
    [{ ...of(empty), budget: null }, 0],
    [of(empty, empty), 0],
    [of(list(0.1, two, 1), empty), 1],
  ] as const) {
    for (const words of [t, backtestWords.within('fr')]) {
      const said = sayEmpty(given, stop, words);
      expect(said).toMatch(/Nothing in this period|Rien, sur cette période/);
      expect(said).not.toMatch(/slider|curseur/);
    }
  }
});

test('in French what is counted agrees with its number, of which 0 and 1 are the singular', () => {
  const fr = backtestWords.within('fr');
  const { found, points, atSome, rivalText } = fr;
  expect([0, 1, 2].map((n) => rivalText(`${n}`, n))).toEqual(
    ['0 fait', '1 fait', '2 faits'].map(
      (each) => `Elle aurait signalé ${each} sur les mêmes semaines.`,
    ),
  );
  expect([0, 1, 2].map((n) => found(`${n}`, '8', n))).toEqual(
    ['0 signalée', '1 signalée', '2 signalées'].map((each) => `${each} sur 8`),
  );
  expect([0, 1, 2].map((n) => points(`${n}`, '8', n))).toEqual(
    ['0 point', '1 point', '2 points'].map((each) => `${each} sur 8`),
  );
  expect([1, 2].map((n) => atSome(`${n}`, '8', n))).toEqual([
    'à 1 livraison sur 8',
    'à 2 livraisons sur 8',
  ]);
  expect(t.rivalText('1', 1)).toBe('It would have told you 1 thing on the same weeks.');
});

test('the slider has a stop for each list, a label, and says its number', () => {
  const markup = (stop: number) =>
    renderToStaticMarkup(createElement(Slider, { content, stop, onStop: () => {} }));
  expect(markup(1)).toContain('aria-valuetext="2 (the model’s own)"');
  expect(markup(2)).toContain('aria-valuetext="100"');
  const [, id] = markup(0).match(/<label for="([^"]+)"/) ?? [];
  expect(id).toBeTruthy();
  expect(markup(0)).toMatch(/type="range" min="0" max="2" step="1"/);
  expect(markup(0)).toContain(`id="${id}"`);
});
