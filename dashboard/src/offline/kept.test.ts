import { QueryClient } from '@tanstack/react-query';
import { describe, expect, test } from 'vitest';
import type { KeptRecommendation } from '@/api/client';
import { isUnder, usedBytes, within } from './budget';
import { keptList } from './kept';

const NOW = Date.parse('2026-11-30T12:00:00Z');

const one = (id: number, more: Partial<KeptRecommendation> = {}) =>
  ({
    id,
    title: `No. ${id}`,
    severity: 'warning',
    category: 'anomaly',
    status: 'open',
    dataset: 'flights',
    snoozedUntil: null,
    resolvedAt: null,
    translations: null,
    sparkline: [],
    cursor: `${id}-${id}`,
    ...more,
  }) as unknown as KeptRecommendation;

function deviceWith(...rows: KeptRecommendation[]) {
  const queries = new QueryClient();
  for (const row of rows) {
    queries.setQueryData(['recommendations.get', { id: row.id }], row, { updatedAt: NOW - row.id });
  }
  return queries;
}

const ids = (queries: QueryClient, given: Parameters<typeof keptList>[1]) =>
  keptList(queries, given, NOW)?.rows.map(({ id }) => id);

describe('a list of what the device keeps', () => {
  const queries = deviceWith(
    one(1),
    one(2, { severity: 'critical', cursor: '9-2' }),
    one(3, { status: 'dismissed' }),
    one(4, { snoozedUntil: '2026-12-01T00:00:00Z' }),
    one(5, { snoozedUntil: '2026-11-30T00:00:00Z', dataset: 'rain' }),
    one(6, { resolvedAt: '2026-11-29T00:00:00Z' }),
    one(7, { translations: { fr: { title: 'Neige', description: '' } } }),
  );
  test.each([
    [{ status: 'open', isSnoozed: false, isResolved: false }, [2, 7, 5, 1]],
    [{ status: 'open', isSnoozed: true }, [4]],
    [{ isResolved: true }, [6]],
    [{ status: 'dismissed' }, [3]],
    [{ severity: 'critical' }, [2]],
    [{ dataset: 'rain' }, [5]],
    [{ q: 'neige' }, [7]],
    [{ order: 'newest', isResolved: false }, [7, 5, 4, 3, 2, 1]],
  ] as const)('answers %j as the platform would', (given, expected) => {
    expect(ids(queries, given)).toEqual(expected);
  });

  test('is as old as the oldest of them, and none of nothing', () => {
    expect(keptList(queries, {}, NOW)?.readAt).toBe(NOW - 7);
    expect(keptList(new QueryClient(), {}, NOW)).toBeNull();
  });
});

test('what was read longest ago goes first where there is no room for all', () => {
  const query = (at: number, size: number) => ({
    queryHash: String(at),
    queryKey: [at],
    state: { data: { text: 'x'.repeat(size) }, dataUpdatedAt: at },
  });
  const all = [query(1, 400), query(3, 400), query(2, 400)] as never[];
  expect(within(all, 1000).map(({ queryHash }) => queryHash)).toEqual(['3', '2']);
  expect(usedBytes()).toBe(2 * (400 + '{"text":""}'.length));
  expect(isUnder()).toBe(true);
});
