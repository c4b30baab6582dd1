import { expect, test, vi } from 'vitest';
import { CallError } from './calls';

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
  new CallError('no', { code: 'CONFLICT', httpStatus: 409, ...data }, true);

test('a conflict that passes by itself is told apart from one that somebody must decide', () => {
  const passing = refused({ retryable: true, retryAfter: 1 });
  expect(failureOf(passing)).toEqual({ kind: 'contended', message: 'no' });
  expect(mayPass(passing)).toBe(true);
  for (const lasting of [refused({}), refused({ current: { status: 'open' } })]) {
    expect(failureOf(lasting)).toMatchObject({ kind: 'conflict', message: 'no' });
    expect(mayPass(lasting)).toBe(false);
  }
});
