import { describe, expect, it } from 'vitest';
import { trendOf } from './trend';

const times = (n: number, value: number) => Array.from({ length: n }, () => value);

describe('the trend of scores, newest first', () => {
  it('falls when the latest five are worse than the five before', () => {
    expect(trendOf([...times(5, 90), ...times(5, 97)])).toBe('down');
    expect(trendOf([...times(5, 97), ...times(5, 90)])).toBe('up');
  });
  it('is steady within a point', () => {
    expect(trendOf([...times(5, 96.5), ...times(5, 97)])).toBe('flat');
  });
  it('is not told of a few', () => {
    expect(trendOf(times(9, 90))).toBeNull();
  });
});
