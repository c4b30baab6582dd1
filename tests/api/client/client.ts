// The real client against a running server: `node out/client.js http://127.0.0.1:PORT`.
// That it compiles says that inputs, outputs and errors are inferred as the assertions below use them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { EventSource } from 'eventsource';
import type { AppRouter, Model, Tick } from './app-router.js';

const url = `${process.argv[2]}/api/trpc`;
type Token = 'viewer' | 'admin' | 'nobody';
const headers = (token: Token) => ({ authorization: `Bearer ${token}` });

const links: Record<string, (token: Token) => TRPCLink<AppRouter>> = {
  httpLink: (token) => httpLink({ url, headers: headers(token) }),
  'httpLink with methodOverride': (token) =>
    httpLink({ url, headers: headers(token), methodOverride: 'POST' }),
  httpBatchLink: (token) => httpBatchLink({ url, headers: headers(token) }),
  'httpBatchLink with methodOverride': (token) =>
    httpBatchLink({ url, headers: headers(token), methodOverride: 'POST' }),
  httpBatchStreamLink: (token) => httpBatchStreamLink({ url, headers: headers(token) }),
  'httpBatchStreamLink by accept': (token) =>
    httpBatchStreamLink({ url, headers: headers(token), streamHeader: 'accept' }),
};

async function refusal(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => assert.fail('was not refused'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof TRPCClientError);
  return error as TRPCClientError<AppRouter>;
}

for (const [name, link] of Object.entries(links)) {
  const as = (token: Token) => createTRPCClient<AppRouter>({ links: [link(token)] });

  test(`${name}: queries and mutations`, async () => {
    const client = as('admin');
    const [models, stats, made] = await Promise.all([
      client.models.list.query({ limit: 2, kind: 'ml', tags: ['é, %2C & +'] }),
      client.dashboard.stats.query(),
      client.models.create.mutate({ name: 'abc', kind: 'rule' }),
    ]);
    const first: Model | undefined = models[0];
    assert.equal(first?.createdAt, '2026-01-02T03:04:05Z');
    assert.equal(first?.score, null);
    assert.equal(models.length, 2);
    assert.deepEqual(stats, { models: 3 });
    assert.deepEqual(made, { success: true, modelId: 3 });
    assert.equal((await client.models.list.query()).length, 3);
    assert.equal(await client.models.touch.mutate(), undefined);
  });

  test(`${name}: what is sent comes back`, async () => {
    for (const value of [null, 'é, %2C & + "', 1.5, [1, [2]], { '0': { a: false } }]) {
      assert.deepEqual(await as('viewer').wire.echo.query({ value }), { value });
    }
  });

  test(`${name}: refusals`, async () => {
    const unsigned = await refusal(as('nobody').dashboard.stats.query());
    assert.equal(unsigned.data?.code, 'UNAUTHORIZED');
    assert.equal(unsigned.data?.httpStatus, 401);
    const viewer = await refusal(as('viewer').models.create.mutate({ name: '', kind: 'ml' }));
    assert.equal(viewer.data?.code, 'FORBIDDEN');
    const bad = await refusal(as('admin').models.create.mutate({ name: '', kind: 'ml' }));
    assert.equal(bad.shape?.code, -32600);
    assert.equal(bad.data?.path, 'models.create');
    assert.deepEqual(Object.keys(bad.data?.zodError?.fieldErrors ?? {}), ['name']);
    assert.deepEqual(bad.data?.issues?.[0]?.path, ['name']);
    const fault = await refusal(as('viewer').wire.fail.query({ how: 'unexpected' }));
    assert.equal(fault.data?.code, 'INTERNAL_SERVER_ERROR');
    assert.match(fault.data?.requestId ?? '', /^[0-9a-f]{32}$/);
    assert.ok(!fault.message.includes('secret'));
  });

  test(`${name}: one call that fails leaves its neighbours alone`, async () => {
    const client = as('viewer');
    const [good, bad, best] = await Promise.allSettled([
      client.models.list.query({ limit: 1 }),
      client.models.list.query({ limit: 0 }),
      client.dashboard.stats.query(),
    ]);
    assert.deepEqual([good.status, bad.status, best.status], ['fulfilled', 'rejected', 'fulfilled']);
  });

  test(`${name}: too much`, async () => {
    const large = await refusal(
      as('admin').models.create.mutate({ name: 'x'.repeat(3_000_000), kind: 'ml' }),
    );
    assert.equal(large.data?.code, 'PAYLOAD_TOO_LARGE');
  });
}

for (const name of ['httpBatchLink', 'httpBatchStreamLink'] as const) {
  test(`${name}: too large a batch`, async () => {
    const client = createTRPCClient<AppRouter>({ links: [links[name]!('viewer')] });
    const calls = Array.from({ length: 51 }, () => refusal(client.dashboard.stats.query()));
    for (const error of await Promise.all(calls)) assert.equal(error.data?.code, 'BAD_REQUEST');
  });
}

// Streams are slower than their neighbours only where a handler is.
test('httpBatchStreamLink: answers come as they are ready', async () => {
  const client = createTRPCClient<AppRouter>({ links: [links['httpBatchStreamLink']!('viewer')] });
  const order: string[] = [];
  await Promise.all([
    client.wire.slow.query({ seconds: 0.5 }).then(() => order.push('slow')),
    client.dashboard.stats.query().then(() => order.push('fast')),
  ]);
  assert.deepEqual(order, ['fast', 'slow']);
});

// Subscriptions

function subscriber(token: Token, sources: EventSource[] = []) {
  class Source extends EventSource {
    constructor(address: string | URL) {
      super(address, {
        fetch: (input, init) =>
          fetch(input, { ...init, headers: { ...init?.headers, ...headers(token) } }),
      });
      sources.push(this);
    }
  }
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: httpSubscriptionLink({ url, EventSource: Source }),
        false: links['httpLink']!(token),
      }),
    ],
  });
}

type Event = { id: string; data: Tick };
type Input = inferRouterInputs<AppRouter>['wire']['ticks'];

function follow(token: Token, input: Input, until: (seen: Event[]) => boolean = () => false) {
  return new Promise<{ seen: Event[]; error?: TRPCClientError<AppRouter> }>((resolve) => {
    const seen: Event[] = [];
    const subscription = subscriber(token).wire.ticks.subscribe(input, {
      onData(event) {
        seen.push(event);
        if (!until(seen)) return;
        subscription.unsubscribe();
        resolve({ seen });
      },
      onComplete: () => resolve({ seen }),
      onError: (error) => resolve({ seen, error }),
    });
  });
}

test('a subscription brings every event with its id, and ends', async () => {
  const { seen, error } = await follow('viewer', { until: 5 });
  assert.equal(error, undefined);
  assert.deepEqual(
    seen,
    [1, 2, 3, 4, 5].map((number) => ({ id: `${number}`, data: { number, resumedAfter: null } })),
  );
});

test('a subscription that was cut off goes on without loss or repetition', async () => {
  const { seen, error } = await follow('viewer', { until: 6, cutAt: 3 });
  assert.equal(error, undefined);
  assert.deepEqual(seen.map((event) => event.data.number), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(seen.at(-1)?.data.resumedAfter, '3');
});

test('a subscription starts after the id it is given', async () => {
  const { seen } = await follow('viewer', { until: 4, lastEventId: '2' });
  assert.deepEqual(seen.map((event) => event.id), ['3', '4']);
});

test('a subscription is refused with a code', async () => {
  assert.equal((await follow('nobody', {})).error?.data?.code, 'UNAUTHORIZED');
  const bad = await follow('viewer', { until: -1 });
  assert.deepEqual(Object.keys(bad.error?.data?.zodError?.fieldErrors ?? {}), ['until']);
  assert.equal((await follow('viewer', { failAt: 2 })).error?.data?.code, 'CONFLICT');
});

test('the server lets go of a subscription whose reader has left', async () => {
  await follow('viewer', { until: 1_000_000, pauseS: 0.01 }, (seen) => seen.length === 3);
  const client = createTRPCClient<AppRouter>({ links: [links['httpLink']!('viewer')] });
  const deadline = Date.now() + 10_000;
  while ((await client.wire.open.query()) > 0) {
    assert.ok(Date.now() < deadline, 'still open after 10 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test('signing out ends a subscription', async () => {
  const ended = follow('admin', { until: 1_000_000, pauseS: 0.01 });
  await subscriber('admin').session.end.mutate();
  assert.equal((await ended).error?.data?.code, 'UNAUTHORIZED');
});

// Inference, as far as values cannot show it.
type Outputs = inferRouterOutputs<AppRouter>;
const created: Outputs['models']['create'] = { success: true, modelId: 1 };
type ListInput = Exclude<inferRouterInputs<AppRouter>['models']['list'], void>;
const since: NonNullable<ListInput['since']> = created.success ? '2026-01-02' : 'never';
void created;
void since;
