import { describe, expect, test } from 'vitest';
import {
  added,
  asDecided,
  type Change,
  contradicted,
  type Decision,
  insisted,
  nextOf,
  refused,
  tried,
  yielded,
} from './decisions';

const ACCEPT: Change = { kind: 'status', status: 'accepted', reason: null };
const DISMISS: Change = { kind: 'status', status: 'dismissed', reason: 'planned works' };
const OPEN: Change = { kind: 'status', status: 'open', reason: null };
const SNOOZE: Change = { kind: 'snooze', until: '2026-12-01T08:00:00Z', reason: null };
const THEIRS = { status: 'dismissed', decidedAt: null, actorName: 'vic', reason: 'known' } as const;

const made = (key: string, change: Change, recommendationId = 1): Decision => ({
  key,
  recommendationId,
  title: 'Share cancelled at EWR',
  seen: 'open',
  madeAt: '2026-11-25T22:00:00Z',
  change,
  tries: 0,
  problem: null,
});
const keysOf = (list: readonly Decision[]) => list.map(({ key }) => key);

describe('adding a decision', () => {
  test('a later one replaces the one that was never sent, and keeps what was seen at first', () => {
    const list = added([made('a', ACCEPT)], { ...made('b', DISMISS), seen: 'accepted' });
    expect(keysOf(list)).toEqual(['b']);
    expect(list[0]?.seen).toBe('open');
  });

  test('one that may have arrived is followed, not replaced', () => {
    const list = added(tried([made('a', ACCEPT)], 'a'), made('b', DISMISS));
    expect(keysOf(list)).toEqual(['a', 'b']);
    expect(list[1]?.seen).toBe('accepted');
  });

  test('going back to what was seen leaves nothing to send', () => {
    expect(added([made('a', ACCEPT)], made('b', OPEN))).toEqual([]);
  });

  test('remarks replace nothing', () => {
    const remark: Change = { kind: 'comment', text: 'seen on site' };
    const list = [made('a', ACCEPT), made('b', remark), made('c', remark)].reduce(added, []);
    expect(keysOf(list)).toEqual(['a', 'b', 'c']);
  });

  test('decisions on other recommendations stay', () => {
    expect(keysOf(added([made('a', ACCEPT, 1)], made('b', ACCEPT, 2)))).toEqual(['a', 'b']);
  });
});

describe('a conflict', () => {
  const conflict = contradicted([made('a', ACCEPT), made('b', ACCEPT, 2)], 'a', THEIRS);

  test('is kept with what the other decided, and holds up nothing else', () => {
    expect(conflict[0]?.problem).toEqual({ kind: 'conflict', current: THEIRS });
    expect(nextOf(conflict)?.key).toBe('b');
  });

  test('keeping theirs takes away what was built on mine, but no remark', () => {
    const remark = made('c', { kind: 'comment', text: 'see you at the gate' });
    expect(keysOf(yielded([...conflict, made('d', SNOOZE), remark], 'a'))).toEqual(['b', 'c']);
  });

  test('insisting says that theirs was seen', () => {
    const [mine] = insisted(conflict, 'a');
    expect(mine).toMatchObject({ key: 'a', seen: 'dismissed', problem: null });
  });

  test('is none where both decided the same: the reason is left as a remark', () => {
    const [left] = contradicted([made('a', DISMISS)], 'a', THEIRS);
    expect(left?.change).toEqual({ kind: 'comment', text: 'planned works' });
    const silent: Change = { kind: 'status', status: 'dismissed', reason: null };
    expect(contradicted([made('a', silent)], 'a', THEIRS)).toEqual([]);
  });
});

test('a decision after a refused one of the same recommendation waits, a remark does not', () => {
  const list = refused([made('a', ACCEPT), made('b', DISMISS)], 'a', 'gone');
  expect(nextOf(list)).toBeUndefined();
  expect(nextOf([...list, made('c', { kind: 'comment', text: 'x' })])?.key).toBe('c');
});

test('what is to be tried later lets others pass', () => {
  const list = [made('a', ACCEPT), made('b', DISMISS), made('c', ACCEPT, 2)];
  expect(nextOf(list, new Set(['a']))?.key).toBe('c');
});

test('a recommendation is shown as it will stand', () => {
  const open = { id: 1, status: 'open', snoozedUntil: null } as const;
  expect(asDecided(open, [made('a', ACCEPT)]).status).toBe('accepted');
  expect(asDecided(open, [made('a', SNOOZE)]).snoozedUntil).toBe('2026-12-01T08:00:00Z');
  expect(asDecided(open, [made('a', ACCEPT, 2)]).status).toBe('open');
  expect(asDecided(open, contradicted([made('a', ACCEPT)], 'a', THEIRS)).status).toBe('open');
});
