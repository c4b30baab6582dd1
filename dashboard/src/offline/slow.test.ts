import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isOverdue, isSlow, watchSlowness } from './slow';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-30T12:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const MINUTE = 60_000;
const never = () => new Promise<string>(() => {});

function clientWith(keptAgo: number | null) {
  const queries = new QueryClient();
  if (keptAgo !== null) queries.setQueryData(['it'], 'kept', { updatedAt: Date.now() - keptAgo });
  watchSlowness(queries.getQueryCache());
  return queries;
}

describe('a platform that does not answer', () => {
  test('is slow to whoever looks at what was kept', () => {
    const queries = clientWith(5 * MINUTE);
    const observer = new QueryObserver(queries, { queryKey: ['it'], queryFn: never });
    const end = observer.subscribe(() => {});
    vi.advanceTimersByTime(3900);
    expect(isSlow()).toBe(false);
    vi.advanceTimersByTime(200);
    expect([isSlow(), isOverdue('["it"]')]).toEqual([true, true]);
    end();
    expect(isSlow()).toBe(false);
  });

  test('is not slow for what is fetched ahead and nobody looks at', () => {
    const queries = clientWith(5 * MINUTE);
    void queries.prefetchQuery({ queryKey: ['it'], queryFn: never });
    vi.advanceTimersByTime(10_000);
    expect([isSlow(), isOverdue('["it"]')]).toEqual([false, false]);
  });

  test('is not slow where one heavy read takes its time beside what is fresh', () => {
    const queries = clientWith(null);
    queries.setQueryData(['it'], 'read');
    vi.advanceTimersByTime(MINUTE);
    const options = { queryKey: ['it'], queryFn: never, staleTime: 0 };
    const ends = [
      new QueryObserver(queries, options).subscribe(() => {}),
      new QueryObserver(queries, { queryKey: ['first'], queryFn: never }).subscribe(() => {}),
    ];
    vi.advanceTimersByTime(5000);
    expect([isSlow(), isOverdue('["it"]')]).toEqual([false, true]);
    // By now what is shown is old.
    vi.advanceTimersByTime(2 * MINUTE);
    expect(isSlow()).toBe(true);
    for (const end of ends) end();
  });

  test('is slow where the page makes of what is kept what does not come', () => {
    const queries = clientWith(null);
    const meta = { hasStandIn: true };
    const observer = new QueryObserver(queries, { queryKey: ['it'], queryFn: never, meta });
    const end = observer.subscribe(() => {});
    vi.advanceTimersByTime(5000);
    expect(isSlow()).toBe(true);
    end();
  });
});
