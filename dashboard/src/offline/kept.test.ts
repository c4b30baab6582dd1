import { QueryClient } from '@tanstack/react-query';
import { describe, expect, test } from 'vitest';
import type { Changes, KeptRecommendation } from '@/api/client';
import { isUnder, usedBytes, within } from './budget';
import type { Decision, Decisions } from './decisions';
import { askedSince, keepChanges, keptList, withItsPlace } from './kept';

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
  keptList(queries, given, NOW, [])?.rows.map(({ id }) => id);

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
    expect(keptList(queries, {}, NOW, [])?.readAt).toBe(NOW - 7);
    expect(keptList(new QueryClient(), {}, NOW, [])).toBeNull();
  });
});

describe('of one cause', () => {
  const cause = { id: 7, direction: 'lower', since: '2026-11-29T00:00:00', series: 40, count: 9 };
  const of = (id: number, more: Partial<KeptRecommendation> = {}) =>
    one(id, { cause: cause as KeptRecommendation['cause'], ...more });
  const rows = [
    of(1),
    of(2, { severity: 'critical' }),
    of(3),
    one(4),
    of(5, { status: 'accepted' }),
  ];
  const told = (given: Parameters<typeof keptList>[1], decisions: Decisions = []) =>
    keptList(deviceWith(...rows), given, NOW, decisions)?.rows.map(({ id, cause: its }) => [
      id,
      its?.count ?? null,
    ]);

  test('the gravest that is wanted is there alone, with how many are', () => {
    expect(told({ status: 'open', withCause: true })).toEqual([
      [4, null],
      [3, 3],
    ]);
    expect(told({ severity: 'critical', withCause: true })).toEqual([[2, null]]);
    // What was decided stands by itself.
    expect(told({ withCause: true })).toEqual([
      [5, null],
      [4, null],
      [3, 3],
    ]);
  });

  test('another one leads once the gravest was decided or put off here', () => {
    const decided = (change: Decision['change']) =>
      told({ status: 'open', isSnoozed: false, withCause: true }, [
        { recommendationId: 3, seen: 'open', problem: null, change } as Decision,
      ]);
    const next = [
      [4, null],
      [2, 2],
    ];
    expect(decided({ kind: 'status', status: 'accepted', reason: null })).toEqual(next);
    const until = '2026-12-24T00:00:00Z';
    expect(decided({ kind: 'snooze', until, reason: null })).toEqual(next);
  });

  test('each is there where they are asked for', () => {
    expect(told({ status: 'open', cause: 7 })?.map(([id]) => id)).toEqual([3, 2, 1]);
  });
});

describe('one that was read by itself', () => {
  const DAY_1 = 63_900_000_000;
  const at = (degree: number, seconds: number, id: number) =>
    `${degree * 10 ** 12 + seconds}-${id}`;
  const alone = {
    cursor: undefined,
    sparkline: undefined,
  } as unknown as Partial<KeptRecommendation>;

  test('keeps its place and its line', () => {
    const before = one(1, { cursor: '9-1', sparkline: [1, 2], status: 'open' });
    const read: Partial<KeptRecommendation> = one(1, { status: 'accepted' });
    delete read.cursor;
    delete read.sparkline;
    expect(withItsPlace(before, read)).toEqual({ ...before, status: 'accepted' });
    expect(withItsPlace(undefined, read)).toEqual(read);
  });

  test('stands among those of its severity by its time, in one order whichever is compared first', () => {
    // Seconds since the year 1 are of 29 November 2025.
    const queries = deviceWith(
      one(1, { severity: 'critical', cursor: at(6, DAY_1, 1) }),
      one(2, { severity: 'critical', lastDs: '2026-11-29T00:00:00', ...alone }),
      one(3, { severity: 'info', cursor: at(4, DAY_1, 3) }),
      one(4, { severity: 'warning', lastDs: '2020-01-01T00:00:00', ...alone }),
      one(5, { severity: 'warning', cursor: at(5, DAY_1, 5) }),
      one(6, { resolvedAt: '2026-11-29T00:00:00Z', lastDs: '2026-11-29T00:00:00', ...alone }),
    );
    expect(ids(queries, {})).toEqual([2, 1, 5, 4, 3, 6]);
  });
});

test('days are those of the platform', () => {
  // Midnight of 2 March is 05:00 UTC in New York.
  const queries = deviceWith(
    one(1, { createdAt: '2026-03-02T04:59:59Z' }),
    one(2, { createdAt: '2026-03-02T05:00:00Z' }),
  );
  queries.setQueryData(['home.figures'], { timeZone: 'America/New_York' });
  expect(ids(queries, { from: '2026-03-02' })).toEqual([2]);
  expect(ids(queries, { to: '2026-03-01' })).toEqual([1]);
});

describe('the inbox on the device', () => {
  const OPEN = { status: 'open', isResolved: false } as const;
  const told = (asOf: string, items: KeptRecommendation[], isWhole = true): Changes => ({
    items,
    isWhole,
    asOf,
  });
  const first = () => {
    const queries = new QueryClient();
    expect(askedSince(queries)).toBeNull();
    keepChanges(queries, told('noon', [one(1), one(2)]), null);
    return queries;
  };

  test('is asked for its changes, and whole while all of it is kept', () => {
    const queries = first();
    expect(askedSince(queries)).toBe('noon');
    expect(keptList(queries, OPEN, NOW, [])?.isCut).toBe(false);
    expect(keptList(queries, { status: 'accepted' }, NOW, [])?.isCut).toBe(true);
    keepChanges(queries, told('one', [one(1, { status: 'accepted' }), one(3)]), 'noon');
    expect(askedSince(queries)).toBe('one');
    expect(ids(queries, OPEN)).toEqual([3, 2]);
    // Decided, it is no part of what waits.
    queries.removeQueries({ queryKey: ['recommendations.get', { id: 1 }] });
    expect(askedSince(queries)).toBe('one');
  });

  test('is asked for anew, and said to be cut, once one of it is not kept', () => {
    const queries = first();
    queries.removeQueries({ queryKey: ['recommendations.get', { id: 2 }] });
    expect(askedSince(queries)).toBeNull();
    expect(keptList(queries, OPEN, NOW, [])?.isCut).toBe(true);
    // Meanwhile the first was decided elsewhere.
    keepChanges(queries, told('one', [one(2)]), null);
    expect(ids(queries, OPEN)).toEqual([2]);
  });

  test('is said to be cut where it was too long, until there is room for more', () => {
    const queries = new QueryClient();
    const many = Array.from({ length: 500 }, (_, at) => one(at + 1));
    keepChanges(queries, told('noon', many, false), null);
    keepChanges(queries, told('one', [one(501)]), 'noon');
    expect(keptList(queries, OPEN, NOW, [])?.isCut).toBe(true);
    expect(askedSince(queries)).toBe('one');
    const decided = many.slice(0, 150).map((row) => ({ ...row, status: 'accepted' as const }));
    keepChanges(queries, told('two', decided), 'one');
    expect(askedSince(queries)).toBeNull();
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
