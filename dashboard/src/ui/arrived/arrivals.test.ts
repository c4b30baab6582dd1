import { expect, test } from 'vitest';
import { arrivals } from './arrivals';

test('what came is counted, and what moved up from below is not', () => {
  // Two came over three of more: the fourth stood below.
  expect(arrivals([9, 8, 3, 2, 1, 0], [3, 2, 1], true)).toEqual({ count: 2, isLeast: false });
  // One of three went away, and the next moved up.
  expect(arrivals([3, 1, 0], [3, 2, 1], true)).toEqual({ count: 0, isLeast: false });
  // The whole list is shown: what comes at its end is new.
  expect(arrivals([3, 2, 1, 0], [3, 2, 1], false)).toEqual({ count: 1, isLeast: false });
});

test('where all that was looked for is new, there may be more', () => {
  expect(arrivals([9, 8, 7], [3, 2, 1], true)).toEqual({ count: 3, isLeast: true });
  expect(arrivals([], [], true)).toEqual({ count: 0, isLeast: false });
});
