import { expect, test } from 'vitest';
import { takerOf } from './answers';

/** A form of which one answer changes one field, as the pages have them. */
function form() {
  let state = { name: '', query: { source: 'a' } };
  const take = takerOf(() => {
    const { name, query } = state;
    return {
      subject: query,
      use: (source: string) => {
        state = { name, query: { source } };
      },
    };
  });
  return {
    take,
    now: () => state,
    set: (change: Partial<typeof state>) => {
      state = { ...state, ...change };
    },
  };
}

function later<T>() {
  let answer: (value: T) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    answer = resolve;
    fail = reject;
  });
  return { promise, answer, fail };
}

test('an answer leaves what was typed beside the query before it came', async () => {
  const one = form();
  const { promise, answer } = later<string>();
  const done = one.take(promise);
  one.set({ name: 'Weekly' });
  answer('b');
  await done;
  expect(one.now()).toEqual({ name: 'Weekly', query: { source: 'b' } });
});

test('of two choices the last one holds, whichever answer comes first', async () => {
  const one = form();
  const [first, second] = [later<string>(), later<string>()];
  const done = [one.take(first.promise), one.take(second.promise)];
  second.answer('c');
  await done[1];
  first.answer('b');
  await done[0];
  expect(one.now().query.source).toBe('c');
});

test('a query that was changed by hand since is not replaced', async () => {
  const one = form();
  const { promise, answer } = later<string>();
  const done = one.take(promise);
  const changed = { source: 'a', limit: 3 };
  one.set({ query: changed });
  answer('b');
  await done;
  expect(one.now().query).toBe(changed);
});

test('a failure is told where its answer was waited for, and only there', async () => {
  const one = form();
  const [first, second] = [later<string>(), later<string>()];
  const done = [one.take(first.promise), one.take(second.promise)];
  first.fail(new Error('too late'));
  await expect(done[0]).resolves.toBeUndefined();
  second.fail(new Error('offline'));
  await expect(done[1]).rejects.toThrow('offline');
});
