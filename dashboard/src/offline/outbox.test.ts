import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Decision } from './decisions';
import type { Answer } from './send';

// The browser's parts that the modules look at when they are loaded; the store itself is the one that serves
// where there is no IndexedDB.
const dark = Object.assign(new EventTarget(), { matches: false });
vi.stubGlobal('window', Object.assign(new EventTarget(), { matchMedia: () => dark }));
vi.stubGlobal(
  'document',
  Object.assign(new EventTarget(), {
    cookie: '',
    visibilityState: 'visible',
    documentElement: { dataset: {}, lang: '' },
  }),
);
vi.stubGlobal('navigator', { onLine: true, languages: ['en'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
vi.stubGlobal('BroadcastChannel', undefined);

const { Outbox } = await import('./outbox');
const { claim, close, wipe } = await import('./store');

const ADA = 1;
const wanted = (recommendationId: number) => ({
  recommendationId,
  title: 'Share cancelled at EWR',
  seen: 'open' as const,
  change: { kind: 'status' as const, status: 'accepted' as const, reason: null },
});

function outboxWith(send: (decision: Decision) => Promise<Answer>, userId = ADA) {
  const taken: string[] = [];
  const outbox = new Outbox(userId, {
    send,
    maySend: () => true,
    onTaken: ({ key }) => taken.push(key),
  });
  return { outbox, taken };
}

beforeEach(async () => {
  await wipe();
  await claim(ADA);
});

describe('an outbox', () => {
  test('tells of many which were not taken, and why', async () => {
    const { outbox } = outboxWith(async ({ recommendationId }) =>
      recommendationId === 2
        ? { kind: 'refused', message: 'it is gone' }
        : recommendationId === 3
          ? {
              kind: 'conflict',
              current: { status: 'dismissed', decidedAt: null, actorName: 'bo', reason: null },
            }
          : { kind: 'taken' },
    );
    const known = await outbox.decide([1, 2, 3].map(wanted));
    expect(known.map(({ outcome }) => outcome)).toEqual(['sent', 'refused', 'conflict']);
    expect(known.map(({ problem }) => problem)).toEqual([
      null,
      { kind: 'refused', message: 'it is gone' },
      expect.objectContaining({ kind: 'conflict' }),
    ]);
  });

  test('sends each decision once, however often it is asked to', async () => {
    const sent: string[] = [];
    const { outbox, taken } = outboxWith(async ({ key }) => {
      sent.push(key);
      return { kind: 'taken' };
    });
    const [first, second] = await Promise.all([
      outbox.decide([wanted(1), wanted(2)]),
      outbox.decide([wanted(3)]),
      outbox.sendAll(),
    ]);
    expect([...first, ...second].map(({ outcome }) => outcome)).toEqual(['sent', 'sent', 'sent']);
    expect(new Set(sent).size).toBe(3);
    expect(sent).toHaveLength(3);
    expect(taken).toEqual(sent);
    expect(outbox.decisions()).toEqual([]);
  });

  test('keeps what got no answer, and sends it again under the same key', async () => {
    const answers: Answer[] = [{ kind: 'silence' }, { kind: 'taken' }];
    const keys: string[] = [];
    const { outbox } = outboxWith(async ({ key }) => {
      keys.push(key);
      return answers.shift() ?? { kind: 'taken' };
    });
    const [result] = await outbox.decide([wanted(1)]);
    expect(result?.outcome).toBe('kept');
    await outbox.sendAll();
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect(outbox.decisions()).toEqual([]);
  });

  test('keeps what others were in the way of, however often, and sends it again', async () => {
    let left = 8;
    const { outbox } = outboxWith(async () =>
      left-- > 0 ? { kind: 'contended' } : { kind: 'taken' },
    );
    const [first] = await outbox.decide([wanted(1)]);
    expect(first).toMatchObject({ outcome: 'kept', problem: null });
    for (let again = 0; again < 7; again++) await outbox.sendAll();
    expect(outbox.decisions()).toHaveLength(1);
    await outbox.sendAll();
    expect(outbox.decisions()).toEqual([]);
  });

  test('shows a conflict and goes on with the others', async () => {
    const current = {
      status: 'dismissed',
      decidedAt: null,
      actorName: 'vic',
      reason: null,
    } as const;
    const { outbox } = outboxWith(async ({ recommendationId, seen }) =>
      recommendationId === 1 && seen === 'open' ? { kind: 'conflict', current } : { kind: 'taken' },
    );
    const { noteAnswer } = await import('./connection');
    noteAnswer();
    const results = await outbox.decide([wanted(1), wanted(2)]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['conflict', 'sent']);
    const [left] = outbox.decisions();
    expect(left?.problem).toEqual({ kind: 'conflict', current });
    expect(await outbox.applyMine(left?.key ?? '')).toBe('sent');
  });

  test('writes nothing into a store that is no longer its owner’s', async () => {
    const { outbox } = outboxWith(async () => ({ kind: 'silence' }));
    await outbox.decide([wanted(1)]);
    await claim(2);
    await outbox.decide([wanted(2)]);
    expect(outbox.decisions()).toEqual([]);
    const theirs = outboxWith(async () => ({ kind: 'taken' }), 2);
    await theirs.outbox.sendAll();
    expect(theirs.taken).toEqual([]);
  });

  test('waits for its owner when a session ends by itself', async () => {
    const { outbox } = outboxWith(async () => ({ kind: 'silence' }));
    await outbox.decide([wanted(1)]);
    await close();
    await claim(ADA);
    const later = outboxWith(async () => ({ kind: 'taken' }));
    await later.outbox.sendAll();
    expect(later.taken).toHaveLength(1);
  });
});
