import { QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { User } from '@/session/session';

const page = { cookie: '', visibilityState: 'visible', documentElement: { dataset: {} } };
vi.stubGlobal('window', Object.assign(new EventTarget(), { matchMedia: () => new EventTarget() }));
vi.stubGlobal('document', Object.assign(new EventTarget(), page));
vi.stubGlobal('navigator', { languages: ['en'], onLine: true });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { isOld } = await import('@/app/ahead');
const { recall } = await import('@/app/memory');
const { KEEP } = await import('@/offline/seen');
const { claim, wipe } = await import('@/offline/store');

const ANA = { id: 7, role: 'viewer' } as User;
const LIST = ['notifications.list', 'pages', { unreadOnly: true }];

beforeEach(() => claim(ANA.id));
afterEach(wipe);

/** Keeps an answer that was read this very moment, and gives what the next load of the page has of it. */
async function reloaded() {
  const before = await recall(ANA);
  const stop = before.start();
  await before.client.fetchQuery({ queryKey: LIST, queryFn: async () => ['one'], meta: KEEP });
  stop();
  await vi.waitFor(async () => {
    const { client } = await recall(ANA);
    expect(client.getQueryData(LIST)).toEqual(['one']);
  });
  return (await recall(ANA)).client;
}

test.each([{}, { staleTime: 300_000 }, { staleTime: Number.POSITIVE_INFINITY }])(
  'what the device kept is shown and asked for again, however young it is: %o',
  async (own) => {
    const client = await reloaded();
    const queryFn = vi.fn(async () => [] as string[]);
    const options = { queryKey: LIST, queryFn, meta: KEEP, ...own };
    const observer = new QueryObserver<string[]>(client, options);
    const end = observer.subscribe(() => {});
    expect(observer.getCurrentResult()).toMatchObject({ data: ['one'], isFetching: true });
    await vi.waitFor(() => expect(observer.getCurrentResult().data).toEqual([]));
    end();
    // What this load of the page has read is fresh as it always was.
    new QueryObserver(client, options).subscribe(() => {})();
    expect(queryFn).toHaveBeenCalledTimes(1);
  },
);

test('what is fetched ahead is not fetched at every load of the page', async () => {
  const client = await reloaded();
  expect(isOld(client, { queryKey: LIST })).toBe(false);
  expect(isOld(client, { queryKey: ['panels.data'] })).toBe(true);
});

test('what was read in this load and a change has outdated is fetched ahead again', async () => {
  const client = await reloaded();
  const list = { queryKey: LIST, queryFn: async () => ['two'] };
  await client.fetchQuery(list);
  expect(isOld(client, list)).toBe(false);
  await client.invalidateQueries({ queryKey: LIST, refetchType: 'none' });
  expect(isOld(client, list)).toBe(true);
  await client.fetchQuery(list);
  expect(isOld(client, list)).toBe(false);
});
