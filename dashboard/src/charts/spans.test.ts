import { expect, test } from 'vitest';
import type { Shape } from './kinds';
import { daysOf } from './spans';

const shape = (step: string | null, axis: 'time' | 'category' = 'time', times: number[] = []) =>
  ({ axis, times, spec: { step } }) as unknown as Shape;

test.each([
  ['day', [2024, 1, 3], [2024, 1, 28], '2024-02-03', '2024-02-28'],
  ['hour', [2024, 1, 3], [2024, 1, 3], '2024-02-03', '2024-02-03'],
  ['month', [2023, 11, 1], [2024, 1, 1], '2023-12-01', '2024-02-29'],
  ['quarter', [2023, 0, 1], [2023, 3, 1], '2023-01-01', '2023-06-30'],
  ['week', [2024, 1, 26], [2024, 1, 26], '2024-02-26', '2024-03-03'],
  ['W-SAT', [2024, 1, 25], [2024, 1, 25], '2024-02-25', '2024-03-02'],
  ['year', [2023, 0, 1], [2024, 0, 1], '2023-01-01', '2024-12-31'],
] as const)(
  'a span of %s ends with its last period, whichever way it was drawn',
  (step, a, b, from, to) => {
    const [one, other] = [Date.UTC(a[0], a[1], a[2]), Date.UTC(b[0], b[1], b[2])];
    expect(daysOf(shape(step), [one, other])).toEqual({ from, to });
    expect(daysOf(shape(step), [other, one])).toEqual({ from, to });
  },
);

test('bars are of the periods that stand there', () => {
  const times = [1, 2, 3].map((day) => Date.UTC(2024, 1, day));
  const days = { from: '2024-02-02', to: '2024-02-03' };
  expect(daysOf(shape('day', 'category', times), [2, 1])).toEqual(days);
});
