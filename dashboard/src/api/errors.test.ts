import { TRPCClientError } from '@trpc/client';
import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
vi.stubGlobal('navigator', { onLine: true, languages: ['en'] });
const dark = Object.assign(new EventTarget(), { matches: false });
vi.stubGlobal('window', Object.assign(new EventTarget(), { matchMedia: () => dark }));
vi.stubGlobal(
  'document',
  Object.assign(new EventTarget(), { documentElement: { dataset: {}, lang: '' } }),
);
const { failureOf, mayPass } = await import('./errors');

const refused = (data: object) =>
  TRPCClientError.from({
    error: { code: -32009, message: 'no', data: { code: 'CONFLICT', httpStatus: 409, ...data } },
  });

test('a conflict that passes by itself is told apart from one that somebody must decide', () => {
  const passing = refused({ retryable: true, retryAfter: 1 });
  expect(failureOf(passing)).toEqual({ kind: 'contended', message: 'no' });
  expect(mayPass(passing)).toBe(true);
  for (const lasting of [refused({}), refused({ current: { status: 'open' } })]) {
    expect(failureOf(lasting)).toMatchObject({ kind: 'conflict', message: 'no' });
    expect(mayPass(lasting)).toBe(false);
  }
});
