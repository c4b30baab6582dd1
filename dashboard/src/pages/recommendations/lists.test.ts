import { describe, expect, test } from 'vitest';
import type { Evidence, ListedRecommendation, Recommendation } from '@/api/client';
import { lineOf } from '@/ui/line';
import { knownOf } from './evidence';
import { filterIn, inputOf, queryOf } from './filters';
import { inboxQuery } from './queries';
import { localText, momentIn, presetsFrom } from './snoozes';
import { shownOf } from './told';

describe('the filter', () => {
  test('is the same after a way through the address', () => {
    const text =
      '?view=snoozed&sort=newest&severity=critical&category=trend&dataset=flights' +
      '&model=Delay&series=EWR&cause=12&from=2026-11-01&to=2026-11-30&q=EWR';
    expect(queryOf(filterIn(new URLSearchParams(text)))).toBe(text);
  });

  test('passes over words that mean nothing', () => {
    const filter = filterIn(new URLSearchParams('view=mine&severity=worst&q=%20'));
    expect(queryOf(filter)).toBe('');
  });

  test('asks for what is put off, or for what is not, and tells what is gone from what waits', () => {
    const undecided = { status: 'open', isSnoozed: false, withCause: true };
    expect(inputOf(filterIn(new URLSearchParams('')))).toEqual({ ...undecided, isResolved: false });
    const gone = filterIn(new URLSearchParams('view=gone'));
    expect(inputOf(gone)).toEqual({ ...undecided, isResolved: true });
    const putOff = filterIn(new URLSearchParams('view=snoozed'));
    expect(inputOf(putOff)).toEqual({ status: 'open', isSnoozed: true, withCause: true });
    expect(inputOf(filterIn(new URLSearchParams('view=all')))).toEqual({ withCause: true });
  });

  test('asks for each of one cause', () => {
    const asked = inputOf(filterIn(new URLSearchParams('view=all&cause=12')));
    expect(asked).toEqual({ cause: 12 });
    expect(filterIn(new URLSearchParams('cause=storm')).cause).toBeNull();
  });

  test('leaves the order to the server, which has the gravest first unless it is told otherwise', () => {
    const asked = inputOf(filterIn(new URLSearchParams('view=all&sort=newest&severity=info')));
    expect(asked).toEqual({ order: 'newest', severity: 'info', withCause: true });
  });

  test('goes on from the place of the last row, until a page is not full', () => {
    const { getNextPageParam } = inboxQuery(filterIn(new URLSearchParams('')));
    const page = (size: number) =>
      Array.from({ length: size }, (_, index) => ({
        cursor: `5-${index}`,
      })) as ListedRecommendation[];
    expect(getNextPageParam(page(25), [], null, [])).toBe('5-24');
    expect(getNextPageParam(page(24), [], null, [])).toBeNull();
  });
});

describe('putting off', () => {
  test.each([
    ['2026-11-23T10:00', '2026-11-30T08:00'],
    ['2026-11-29T10:00', '2026-11-30T08:00'],
    ['2026-11-28T23:59', '2026-11-30T08:00'],
  ])('from %s the next Monday is %s', (now, monday) => {
    expect(localText(presetsFrom(new Date(`${now}Z`), 'UTC').nextWeek, 'UTC')).toBe(monday);
  });

  test.each([
    // The day at the reader's place counts, not the device's and not UTC's.
    ['Pacific/Auckland', '2026-11-25T20:00Z', '2026-11-26T19:00Z'],
    ['America/New_York', '2026-11-26T02:00Z', '2026-11-26T13:00Z'],
    // Clocks go back on 25 October and forward on 29 March.
    ['Europe/Paris', '2026-10-24T10:00Z', '2026-10-25T07:00Z'],
    ['Europe/Paris', '2026-03-28T10:00Z', '2026-03-29T06:00Z'],
    ['America/New_York', '2026-03-07T15:00Z', '2026-03-08T12:00Z'],
  ])('in %s tomorrow from %s is %s', (zone, now, tomorrow) => {
    expect(presetsFrom(new Date(now), zone).tomorrow).toEqual(new Date(tomorrow));
  });

  test('for four weeks ends at the same hour although the clocks were changed between', () => {
    const { inMonth } = presetsFrom(new Date('2026-10-05T10:00Z'), 'Europe/Paris');
    expect(localText(inMonth, 'Europe/Paris')).toBe('2026-11-02T08:00');
    expect(inMonth).toEqual(new Date('2026-11-02T07:00Z'));
  });

  test.each([
    // Skipped by the clocks, and shown by them twice.
    ['2026-03-29T02:30', '2026-03-29T01:30Z'],
    ['2026-10-25T02:30', '2026-10-25T00:30Z'],
  ])('takes %s in Paris for %s', (text, moment) => {
    expect(momentIn(text, new Date(0), 'Europe/Paris')).toEqual(new Date(moment));
  });

  test('takes no moment that is past, and nothing that is none', () => {
    const now = new Date('2026-11-25T10:00Z');
    expect(momentIn('2026-11-25T09:59', now, 'UTC')).toBeNull();
    expect(momentIn('', now, 'UTC')).toBeNull();
    expect(momentIn('2026-11-25T11:01', now, 'Europe/Paris')).toEqual(
      new Date('2026-11-25T10:01Z'),
    );
  });
});

test('evidence of another hand is read as far as it goes', () => {
  expect(knownOf({ metadata: null, category: 'anomaly' }).points).toEqual([]);
  const known = knownOf({
    category: 'anomaly',
    metadata: {
      points: [{ ds: '2013-01-01', y: 1 }, 'x', { y: 2 }],
      latest: { ds: '2013-01-01' },
    } as unknown as Evidence,
  });
  expect(known.points).toEqual([
    { ds: '2013-01-01', y: 1, yhat: null, lo: null, hi: null, isFinding: true },
  ]);
});

test('evidence is of the finding that the title is about, or none', () => {
  const metadata = (measure: string) =>
    ({
      measure,
      unit: 'min',
      points: [
        { ds: '2013-02-07', y: 1 },
        { ds: '2013-02-08', y: 9 },
      ],
      peak: { ds: '2013-02-08', measure: 'cancelled', label: 'Cancellations', unit: '%' },
      latest: { ds: '2013-02-09', measure: 'delay', label: 'Delay', unit: 'min' },
      occurrences: [{ ds: '2013-02-07', measure: 'delay' }],
    }) as unknown as Evidence;
  const own = knownOf({ category: 'anomaly', metadata: metadata('cancelled') });
  expect([own.measure, own.label, own.unit]).toEqual(['cancelled', 'Cancellations', '%']);
  expect(own.points.map((point) => point.isFinding)).toEqual([false, true]);
  expect(knownOf({ category: 'anomaly', metadata: metadata('delay') }).points).toEqual([]);
  const trend = knownOf({ category: 'trend', metadata: metadata('delay') });
  expect([trend.label, trend.unit, trend.points.length]).toEqual(['Delay', 'min', 2]);
});

describe('what is shown of a recommendation', () => {
  const base = {
    id: 7,
    title: 'More delays at EWR',
    description: null,
    category: 'anomaly',
    severity: 'warning',
    peakSeverity: 'warning',
    sourceRef: null,
    createdAt: '2026-11-20T08:00:00Z',
    dataset: 'flights',
    uniqueId: 'EWR',
    modelId: 1,
    occurrences: 1,
    firstDs: null,
    lastDs: null,
    resolvedAt: null,
    previousId: null,
    snoozedUntil: null,
    translations: null,
    cause: null,
  } as const;
  const read: Recommendation = {
    ...base,
    status: 'open',
    updatedAt: '2026-11-20T08:00:00.500000Z',
    metadata: { owner: 'Ramp' } as Evidence,
  };
  const listed = (updatedAt: string): ListedRecommendation => ({
    ...base,
    status: 'accepted',
    updatedAt,
    sparkline: [],
    cursor: '5063900000000-7',
  });

  test('is what was read, where the list was read before it or at the same state', () => {
    expect(shownOf(read, listed('2026-11-20T08:00:00.500000Z'))?.status).toBe('open');
    expect(shownOf(read, listed('2026-11-20T08:00:00Z'))?.status).toBe('open');
    expect(shownOf(read, null)).toBe(read);
  });

  test('stands as the list says that came later, with the evidence that was read', () => {
    const shown = shownOf(read, listed('2026-11-20T08:00:01Z'));
    expect(shown?.status).toBe('accepted');
    expect(shown?.metadata).toEqual({ owner: 'Ramp' });
  });

  test('is without evidence where it stood in a list alone', () => {
    expect(shownOf(undefined, listed('2026-11-20T08:00:01Z'))?.metadata).toBeNull();
    expect(shownOf(undefined, null)).toBeUndefined();
  });
});

describe('the line of a few numbers', () => {
  test('runs from edge to edge, the highest on top', () => {
    expect(lineOf([1, 3, 2])).toBe('M1.0 19.0h0L32.0 1.0L63.0 10.0');
  });

  test('is broken by a gap, and a number alone is a dot', () => {
    expect(lineOf([1, null, 3])).toBe('M1.0 19.0h0M63.0 1.0h0');
  });

  test('lies in the middle where nothing changes, and is not there where nothing is known', () => {
    expect(lineOf([5, 5])).toBe('M1.0 10.0h0L63.0 10.0');
    expect(lineOf([null])).toBe('');
    expect(lineOf([])).toBe('');
  });
});
