import { afterEach, beforeEach, expect, test, vi } from 'vitest';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', new EventTarget());
vi.stubGlobal(
  'document',
  Object.assign(new EventTarget(), { cookie: '', visibilityState: 'visible' }),
);
vi.stubGlobal('navigator', { onLine: true });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

class Source extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Source[] = [];
  readyState = 1;
  constructor(readonly url: string) {
    super();
    Source.opened.push(this);
  }
  close() {
    this.readyState = Source.CLOSED;
  }
}
vi.stubGlobal('EventSource', Source);

const { subscribe } = await import('./live');
const { beginSession, isSignedIn } = await import('@/session/session');

const ADA = { id: 1, name: 'ada', role: 'admin' } as const;
const answers = (status: number, body: unknown) =>
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { status }));
const latest = () => Source.opened.at(-1) as Source;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(async () => {
  vi.useFakeTimers();
  Source.opened = [];
  await beginSession(ADA);
});
afterEach(() => {
  vi.useRealTimers();
});

test('a stream that ended with an error opens again while the session stands, each time later', async () => {
  answers(200, ADA);
  const states: boolean[] = [];
  const end = subscribe('dashboard.live', {
    onData: () => {},
    onOpen: (isOpen) => states.push(isOpen),
  });
  latest().dispatchEvent(new Event('connected'));
  for (const wait of [1000, 2000, 4000]) {
    const count = Source.opened.length;
    latest().dispatchEvent(new Event('serialized-error'));
    await settle();
    await vi.advanceTimersByTimeAsync(wait - 1);
    expect(Source.opened).toHaveLength(count);
    await vi.advanceTimersByTimeAsync(1);
    expect(Source.opened).toHaveLength(count + 1);
  }
  expect(states[0]).toBe(true);
  expect(states.at(-1)).toBe(false);
  latest().dispatchEvent(new MessageEvent('message', { data: '{}' }));
  expect(states.at(-1)).toBe(true);
  end();
});

test('a stream that was refused because the session ended leads to the sign-in and stays closed', async () => {
  answers(401, {});
  subscribe('dashboard.live', { onData: () => {}, onOpen: () => {} });
  latest().close();
  latest().dispatchEvent(new Event('error'));
  await vi.advanceTimersByTimeAsync(120_000);
  expect(isSignedIn()).toBe(false);
  expect(Source.opened).toHaveLength(1);
});

test('what was ended by its reader does not open again', async () => {
  answers(200, ADA);
  const end = subscribe('dashboard.live', { onData: () => {}, onOpen: () => {} });
  latest().dispatchEvent(new Event('serialized-error'));
  end();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(Source.opened).toHaveLength(1);
});
