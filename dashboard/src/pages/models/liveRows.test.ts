import { expect, test, vi } from 'vitest';
import type { LivePerformance } from '@/api/client';

// The browser's parts that the words look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['en'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { alertRows, coverageRows, errorRows } = await import('./liveRows');
const { words } = await import('./words');

const t = words.en;
const week = (day: string, mase: number | null, alerts: number | null) => ({
  windowStart: `2026-01-${day}T00:00:00`,
  windowEnd: `2026-01-${day}T00:00:00`,
  points: mase === null ? 0 : 7,
  mase,
  naiveMase: mase === null ? null : 1,
  skill: mase === null ? null : 1 - mase,
  coverage: mase === null ? null : 75,
  alerts,
});
const periods: LivePerformance['periods'] = [
  week('05', 0.8, null),
  week('12', null, 0),
  week('19', 1.2, 3),
];

test('an error stands beside that of repeating, and a week of which nothing came has none', () => {
  const { rows, chart } = errorRows(periods, t);
  expect(rows).toEqual([
    ['2026-01-05T00:00:00', t.thisVersionDoes, 0.8],
    ['2026-01-05T00:00:00', t.repeating, 1],
    ['2026-01-19T00:00:00', t.thisVersionDoes, 1.2],
    ['2026-01-19T00:00:00', t.repeating, 1],
  ]);
  expect(chart).toMatchObject({ x: 'start', y: 'error', series: 'who' });
  expect(coverageRows(periods, t).rows).toHaveLength(2);
});

test('a week without an alert is none, and one before the version was live is no week', () => {
  expect(alertRows(periods, t).rows).toEqual([
    ['2026-01-12T00:00:00', 0],
    ['2026-01-19T00:00:00', 3],
  ]);
});
