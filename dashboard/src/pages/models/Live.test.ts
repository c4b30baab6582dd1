import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import type { LivePerformance, ModelDetail } from '@/api/client';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} }, cookie: '' });
vi.stubGlobal('navigator', { languages: ['en'], onLine: true });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { Live } = await import('./Live');

const shown = (performance: LivePerformance | null) =>
  renderToStaticMarkup(createElement(Live, { model: { performance } as ModelDetail }));

test('a version that never ran says what will stand here', () => {
  expect(shown(null)).toContain('Nothing to show yet');
});

test('what a version is worth is said in figures, and what came of nothing is not', () => {
  const forecasts = {
    points: 700,
    mase: 0.9,
    naiveMase: 1.2,
    skill: 0.25,
    coverage: 78,
    level: 80,
  };
  const alerts = { count: 6, weeks: 4, perWeek: 1.5, budget: 2 };
  const durations = { count: 20, p50Ms: 900, p95Ms: 2000 };
  const markup = shown({ periods: [], forecasts, alerts, durations });
  for (const said of ['25% better', '78%, meant to be 80%', '1.5; chance may give 2', '0.9']) {
    expect(markup).toContain(said);
  }
  const nothing = shown({
    ...{ periods: [], durations: null },
    forecasts: { ...forecasts, points: 0 },
    alerts: { ...alerts, perWeek: null },
  });
  expect(nothing).toContain('None of what it forecast has come yet.');
  expect(nothing).not.toContain('better');
});
