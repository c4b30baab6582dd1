import { describe, expect, it } from 'vitest';
import { sayStep } from './choices';

const t = {
  events: 'none: events',
  seconds: (n: string) => `${n} s`,
  minutes: (n: string) => `${n} min`,
  steps: { h: 'an hour', D: 'a day', W: 'a week', MS: 'a month' },
  manySteps: {
    h: (n: string) => `${n} hours`,
    D: (n: string) => `${n} days`,
    W: (n: string) => `${n} weeks`,
    MS: (n: string) => `${n} months`,
  },
};
const number = (value: number) => String(value);
const step = (freq: 'h' | 'D' | 'W' | 'MS', every: number, seconds: number | null = null) => ({
  freq,
  every,
  seconds,
  isRegular: true,
});

describe('a step in words', () => {
  it.each([
    [step('h', 1, 3600), 'an hour'],
    [step('h', 2, 5400), '1.5 hours'],
    [step('h', 1, 300), '5 min'],
    [step('h', 1, 0.5), '0.5 s'],
    [step('D', 1), 'a day'],
    [step('W', 2), '2 weeks'],
    [step('MS', 3), '3 months'],
  ])('%j', (given, said) => {
    expect(sayStep(given, t, number)).toBe(said);
  });

  it('is none of events', () => {
    expect(sayStep({ ...step('D', 1), isRegular: false }, t, number)).toBe('none: events');
  });
});
