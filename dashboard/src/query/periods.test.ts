import { expect, it } from 'vitest';
import { lastDayOf } from './periods';

it.each([
  ['2016-12-31', '2016-12-31'],
  ['2017-01-01T00:00', '2016-12-31'],
  ['2016-03-01 00:00:00.000', '2016-02-29'],
  ['2016-12-31T06:00', '2016-12-31'],
  ['soonT00:00', ''],
])('takes %s for a period that ends with %s', (end, day) => {
  expect(lastDayOf(end)).toBe(day);
});
