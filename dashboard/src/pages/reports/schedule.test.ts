import { describe, expect, it } from 'vitest';
import { nthOf, readSchedule, writeSchedule } from './schedule';

describe('a schedule', () => {
  it.each([
    'once 2026-12-01T09:00 Africa/Lagos',
    'daily 09:00 Africa/Lagos',
    'weekly fri 18:30 America/New_York',
    'monthly last 06:00 UTC',
    'monthly first-mon 06:00 UTC',
    'monthly 28 06:00 UTC',
    'cron 30 6 * * 1-5 Africa/Lagos',
    // What no fields are made for stays as it is.
    'weekly mon,wed,fri 09:00 Africa/Lagos',
    'monthly 31 06:00 UTC',
    'monthly 1,15 06:00 UTC',
    'quarterly last 06:00 UTC',
    'yearly 03-01 06:00 Africa/Lagos',
    'every 2 weeks mon 09:00 Africa/Lagos from 2026-12-07 until 2027-06-30',
    'daily 09:00 Africa/Lagos until 2027-06-30',
    'cron 0 9 * * 1 UTC until 2027-06-30',
  ])('%s is taken apart and put together again', (text) => {
    expect(writeSchedule(readSchedule(text, 'UTC'))).toBe(text);
  });

  it('may be none', () => {
    expect(writeSchedule(readSchedule(null, 'Africa/Lagos'))).toBeNull();
    expect(readSchedule(null, 'Africa/Lagos').zone).toBe('Africa/Lagos');
  });
});

it('names the nth weekday of a month', () => {
  expect(nthOf('third-thu')).toEqual(['third', 'thu']);
  expect(nthOf('last')).toBeNull();
});
