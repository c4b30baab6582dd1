import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import type { Backtest, ModelDetail } from '@/api/client';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} }, cookie: '' });
vi.stubGlobal('navigator', { languages: ['en'], onLine: true });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
// A server knows of nobody who is signed in, and of no connection.
vi.mock('@/session/session', () => ({ useUser: () => ({ isAdmin: false }) }));
vi.mock('@/offline/connection', () => ({ useIsOnline: () => true }));

const { BacktestPart } = await import('./BacktestPart');
const { backtestsQuery } = await import('./queries');

const running: Backtest = {
  ...{ id: 7, modelId: 1, status: 'running', progress: 0.42, alertsPerWeek: null },
  ...{
    message: null,
    translations: null,
    askedAt: '2026-01-01T00:00:00Z',
    endedAt: null,
    isStale: false,
  },
};

test('what is read aloud of a backtest under way does not change with how far it is', () => {
  const client = new QueryClient();
  const shown = (progress: number) => {
    client.setQueryData(backtestsQuery(1).queryKey, [{ ...running, progress }]);
    const part = createElement(BacktestPart, { model: { id: 1 } as ModelDetail });
    return renderToStaticMarkup(createElement(QueryClientProvider, { client }, part));
  };
  const aloud = (markup: string) => markup.match(/role="status"[^>]*>([^<]*)</)?.[1];
  expect(aloud(shown(0.42))).toBe('Replaying the deliveries');
  expect(aloud(shown(0.43))).toBe('Replaying the deliveries');
  expect(shown(0.42)).toContain('42%');
  expect(shown(0.42)).toMatch(
    /<progress[^>]* aria-label="Replaying the deliveries"[^>]* value="0.42"/,
  );
});
