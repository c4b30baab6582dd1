import { expect, test, vi } from 'vitest';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['fr'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { formatters } = await import('@/i18n/format');
const { loadCatalogue } = await import('@/i18n/catalogue');
const { sayMetrics } = await import('./metrics');
const { words } = await import('./words');
await loadCatalogue('fr');
const french = formatters({ language: 'fr', timeZone: 'UTC' });

const runtimes = import.meta.glob<string>('../../../../iop_pipelines/runtimes/*.py', {
  eager: true,
  query: '?raw',
  import: 'default',
});

/** What every runtime counts, and what each adds by a keyword of its call. */
function namesOfMetrics(): Set<string> {
  const all = Object.values(runtimes).join('\n');
  const common = [...all.matchAll(/counts = \{([^}]*)\}/g)].map(([, counts = '']) => counts);
  const names = new Set([...common.join().matchAll(/"(\w+)":/g)].map(([, name = '']) => name));
  for (const [, call = ''] of all.matchAll(/return make_output\(\n(.*?)\n {8}\)/gs)) {
    for (const [, name = ''] of call.matchAll(/^ {12}(\w+)=/gm)) {
      if (!['series', 'skipped', 'needed', 'together'].includes(name)) names.add(name);
    }
  }
  return names;
}

test('each metric that a runtime gives has a name, and no other has one', () => {
  const names = namesOfMetrics();
  expect(names).toContain('detector');
  const covered = ['points', 'series'].flatMap((of) => [`${of}_to_score`, `${of}_learning`]);
  covered.push('points_left_out');
  expect(Object.keys(words.en.metricNames).sort()).toEqual([...names, ...covered].sort());
});

test("metrics are named in the reader's language", () => {
  const metrics = { series_skipped: 0, points_scored: 1234, detector: 'iforest', findings: 2 };
  const said = sayMetrics(metrics, words.within('fr'), french);
  expect(said.map(({ label }) => label)).toEqual([
    'Séries ignorées',
    'Points évalués',
    'Détecteur',
    'Constats',
  ]);
  expect(said[2]?.value).toBe('iforest');
});

test('what this release does not know is shown by its key, and what is no fact is left out', () => {
  const said = sayMetrics({ of_later: 1, constructor: 'x', nested: { a: 1 } }, words.en, french);
  expect(said).toEqual([
    { label: 'of later', value: '1' },
    { label: 'constructor', value: 'x' },
  ]);
});
