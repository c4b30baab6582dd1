import { expect, test, vi } from 'vitest';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['en'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { formatters } = await import('./format');
const { sayEnd, sayPeriod } = await import('./period');
const { sayWindow } = await import('@/pages/executions/input-words');
const { words } = await import('@/pages/executions/words');

// A zone in which a moment that is taken for one of UTC would fall on the day before.
const format = formatters({ language: 'en', timeZone: 'America/New_York' });
const span = (first: string, last: string) => `${first} to ${last}`;
/** Node and browsers differ in the space before AM. */
const plain = (text: string) => text.replaceAll('\u202f', ' ');

test.each([
  ['2013-02-01', '2013-03-01', 'Feb 1, 2013 to Feb 28, 2013', 'Feb 28, 2013'],
  ['2012-02-01T00:00:00', '2012-03-01T00:00:00', 'Feb 1, 2012 to Feb 29, 2012', 'Feb 29, 2012'],
  ['2012-12-01T00:00:00', '2013-01-01T00:00:00', 'Dec 1, 2012 to Dec 31, 2012', 'Dec 31, 2012'],
  ['2013-02-28T00:00:00', '2013-03-01T00:00:00', 'Feb 28, 2013', 'Feb 28, 2013'],
  // The day on which New York's clocks go forward has 23 hours, and is one day.
  ['2013-03-10', '2013-03-11', 'Mar 10, 2013', 'Mar 10, 2013'],
])('whole days, %s up to %s, are said by their last day', (from, to, period, end) => {
  expect(sayPeriod(from, to, format, span)).toBe(period);
  expect(sayEnd(from, to, format)).toBe(end);
});

test.each([
  [
    '2013-02-28T06:00:00',
    '2013-02-28T12:30:00',
    'Feb 28, 2013, 6:00 AM to Feb 28, 2013, 12:30 PM',
    'Feb 28, 2013, 12:30 PM',
  ],
  // A midnight that ends hours has its time as well: the window ends as the day begins.
  [
    '2013-02-28T18:00:00',
    '2013-03-01T00:00:00',
    'Feb 28, 2013, 6:00 PM to Mar 1, 2013, 12:00 AM',
    'Mar 1, 2013, 12:00 AM',
  ],
  [
    '2013-02-28T00:00:00',
    '2013-02-28T05:00:00',
    'Feb 28, 2013, 12:00 AM to Feb 28, 2013, 5:00 AM',
    'Feb 28, 2013, 5:00 AM',
  ],
])('hours, %s up to %s, keep their times', (from, to, period, end) => {
  expect(plain(sayPeriod(from, to, format, span))).toBe(period);
  expect(plain(sayEnd(from, to, format))).toBe(end);
});

test('what is no moment is shown as it came', () => {
  expect(sayPeriod('some day', 'another', format, span)).toBe('some day to another');
});

test("an execution's window is said in the same way, with and without each bound", () => {
  const ref = { dataset: 'flights_daily', dataVersion: null };
  const say = (from: string | null, to: string | null) =>
    sayWindow({ ...ref, from, to }, words.en, format);
  expect(say('2013-02-01', '2013-02-15')).toBe('Feb 1, 2013 to Feb 14, 2013');
  expect(say('2013-02-14', '2013-02-15')).toBe('Feb 14, 2013');
  expect(say(null, '2013-02-15')).toBe('until Feb 14, 2013');
  expect(say('2013-02-01', null)).toBe('from Feb 1, 2013');
  expect(say(null, null)).toBe('the whole delivery');
});

test('no page shows the end of a window by itself, as if it were within it', () => {
  const sources = import.meta.glob<string>(['/src/**/*.ts', '/src/**/*.tsx', '!/src/**/*.test.*'], {
    eager: true,
    query: '?raw',
    import: 'default',
  });
  const bare = Object.entries(sources).filter(([, text]) =>
    /format\.(local|localTime|date|dateTime)\(\s*\w+\??\.(windowEnd|to)\b/.test(text),
  );
  expect(bare.map(([path]) => path)).toEqual([]);
  const users = Object.values(sources).filter((text) => text.includes('windowEnd'));
  expect(users.length).toBeGreaterThan(2);
});
