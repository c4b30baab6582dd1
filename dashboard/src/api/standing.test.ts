import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const page = Object.assign(new EventTarget(), { cookie: '', visibilityState: 'visible' });
vi.stubGlobal('window', new EventTarget());
vi.stubGlobal('document', page);
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

const { followStanding, isFollowed } = await import('./standing');
const { paced } = await import('./pace');

const open = () => Source.opened.filter(({ readyState }) => readyState !== Source.CLOSED);
const tell = (stats: object) =>
  open()[0]?.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(stats) }));
const look = (visibilityState: string) => {
  page.visibilityState = visibilityState;
  page.dispatchEvent(new Event('visibilitychange'));
};

beforeEach(() => {
  vi.useFakeTimers();
  Source.opened = [];
});
afterEach(() => {
  vi.useRealTimers();
});

test('all who follow share one stream, and whoever comes later is told what was told last', () => {
  const told: unknown[][] = [[], []];
  const ends = told.map((list, place) => {
    const end = followStanding({ onTold: ({ stats }) => list.push(stats) });
    if (place === 0) tell({ asOf: 'first' });
    return end;
  });
  tell({ asOf: 'second' });
  expect(Source.opened).toHaveLength(1);
  expect(told[0]).toEqual([{ asOf: 'first' }, { asOf: 'second' }]);
  expect(told[1]).toEqual(told[0]);
  ends[0]?.();
  expect(open()).toHaveLength(1);
  ends[1]?.();
  expect(open()).toHaveLength(0);
});

test('a tab that nobody looks at has no stream, and follows again once somebody does', () => {
  const states: boolean[] = [];
  const end = followStanding({ onOpen: (isOpen) => states.push(isOpen) });
  tell({});
  look('hidden');
  expect(open()).toHaveLength(0);
  expect(isFollowed()).toBe(false);
  look('visible');
  expect(open()).toHaveLength(1);
  tell({});
  expect(states).toEqual([true, false, true]);
  end();
  look('visible');
  expect(open()).toHaveLength(0);
});

test('what is wanted during a run is one more run, after a pause', async () => {
  const runs: number[] = [];
  const looks = paced(async () => void runs.push(Date.now()), 2000);
  const start = Date.now();
  looks.run();
  looks.run();
  looks.run();
  await vi.advanceTimersByTimeAsync(1999);
  expect(runs).toEqual([start]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(runs).toEqual([start, start + 2000]);
  looks.run();
  looks.run();
  looks.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(runs).toHaveLength(3);
});
