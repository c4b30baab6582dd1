import { afterEach, expect, test, vi } from 'vitest';
import { batchesOf, CallError, callerOf } from './calls';

const LIMITS = { url: '/api/trpc', maxItems: 2, maxUrlLength: 200 };

type Ask = (input?: unknown, options?: object) => Promise<unknown>;
const api = callerOf(LIMITS) as {
  models: { list: { query: Ask }; get: { query: Ask }; promote: { mutate: Ask } };
};

function answering(...answers: unknown[]) {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

const given = (data: unknown) => ({ result: { data } });
const refused = { error: { code: -32004, message: 'no such model', data: { code: 'NOT_FOUND' } } };

afterEach(() => vi.unstubAllGlobals());

// As tRPC's httpBatchLink and httpLink of 11.25 write them.
test('queries of one moment go in one batch, each with its input, and get their own answers', async () => {
  const fetched = answering([given(['a']), refused], [given(3)]);
  const list = api.models.list.query();
  const absent = api.models.get.query({ id: 7 });
  const third = api.models.get.query({ id: 8 });
  expect(await list).toEqual(['a']);
  await expect(absent).rejects.toMatchObject({
    message: 'no such model',
    data: { code: 'NOT_FOUND' },
    isAnswered: true,
  });
  expect(await third).toBe(3);
  expect(fetched.mock.calls.map(([url]) => decodeURIComponent(url))).toEqual([
    '/api/trpc/models.list,models.get?batch=1&input={"1":{"id":7}}',
    '/api/trpc/models.get?batch=1&input={"0":{"id":8}}',
  ]);
});

test('what is heavy goes alone, at once', async () => {
  const fetched = answering(given(1), given(2));
  const alone = { context: { alone: true } };
  expect(await api.models.get.query({ id: 1 }, alone)).toBe(1);
  expect(await api.models.list.query(undefined, alone)).toBe(2);
  expect(fetched.mock.calls.map(([url]) => url)).toEqual([
    '/api/trpc/models.get?input=%7B%22id%22%3A1%7D',
    '/api/trpc/models.list',
  ]);
});

test('changes are sent as JSON, apart from what is read', async () => {
  const fetched = answering([given(['a'])], [given({ success: true })]);
  const [list, done] = await Promise.all([
    api.models.list.query(),
    api.models.promote.mutate({ id: 4 }),
  ]);
  expect([list, done]).toEqual([['a'], { success: true }]);
  expect(fetched.mock.calls[1]).toEqual([
    '/api/trpc/models.promote?batch=1',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"0":{"id":4}}',
    },
  ]);
});

test('nobody, somebody else, and a refusal of the whole batch are told apart', async () => {
  answering(new TypeError('failed to fetch'), '<html>502</html>', { status: 'well' }, refused);
  const outcome = () => api.models.list.query().catch((error: CallError) => error);
  expect(await outcome()).toMatchObject({ data: undefined, isAnswered: false });
  expect(await outcome()).toMatchObject({ data: undefined, isAnswered: true });
  expect(await outcome()).toMatchObject({ data: undefined, isAnswered: true });
  const both = await Promise.all([outcome(), outcome()]);
  expect(both.map((error) => error instanceof CallError && error.data)).toEqual([
    ...[{ code: 'NOT_FOUND' }, { code: 'NOT_FOUND' }],
  ]);
});

test('a batch is given up once nobody waits for any of it', async () => {
  const fetched = answering([given(1), given(2)], [given(3)]);
  const [first, second] = [new AbortController(), new AbortController()];
  const calls = [
    api.models.get.query({ id: 1 }, { signal: first.signal }),
    api.models.get.query({ id: 2 }, { signal: second.signal }),
  ];
  await Promise.all(calls);
  const { signal } = fetched.mock.calls[0]?.[1] ?? {};
  first.abort();
  expect(signal?.aborted).toBe(false);
  second.abort();
  expect(signal?.aborted).toBe(true);
  // Somebody waits without a way to give it up.
  await Promise.all([api.models.list.query()]);
  expect(fetched.mock.calls[1]?.[1].signal).toBeUndefined();
});

test('a batch ends where its address would be too long, and what is too long alone goes alone', () => {
  const call = (size: number) => ({ path: 'a.b', input: 'x'.repeat(size) });
  const sizes = (kind: 'query' | 'mutate', ...lengths: number[]) =>
    batchesOf(kind, lengths.map(call), { ...LIMITS, maxItems: 10 }).map((batch) => batch.length);
  expect(sizes('query', 20, 20, 20)).toEqual([3]);
  expect(sizes('query', 60, 60, 60)).toEqual([2, 1]);
  expect(sizes('query', 10, 500, 10)).toEqual([1, 1, 1]);
  expect(sizes('mutate', 500, 500)).toEqual([2]);
});
