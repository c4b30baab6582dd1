import { describe, expect, it } from 'vitest';
import type { StepOfFile } from '@/api/client';
import { sayStep } from './choices';

const t = {
  events: 'none: events',
  seconds: (n: string) => `${n} s`,
  minutes: (n: string) => `${n} min`,
  steps: {
    h: 'an hour',
    D: 'a day',
    B: 'a business day',
    W: 'a week',
    MS: 'a month',
    QS: 'a quarter',
    '2QS': 'half a year',
    YS: 'a year',
  },
  manySteps: {
    h: (n: string) => `${n} hours`,
    D: (n: string) => `${n} days`,
    B: (n: string) => `${n} business days`,
    W: (n: string) => `${n} weeks`,
    MS: (n: string) => `${n} months`,
    QS: (n: string) => `${n} quarters`,
    '2QS': (n: string) => `${n} half-years`,
    YS: (n: string) => `${n} years`,
  },
};
const number = (value: number) => String(value);
const step = (freq: StepOfFile['freq'], every: number, seconds: number | null = null) => ({
  freq,
  every,
  seconds,
  isRegular: true,
});

describe('a step in words', () => {
  it.each([
    [step('h', 1, 3600), 'an hour'],
    [step('h', 2, 5400), '1.5 hours'],
    [step('5min', 1, 300), '5 min'],
    [step('1min', 1, 0.5), '0.5 s'],
    [step('D', 1), 'a day'],
    [step('W', 2), '2 weeks'],
    [step('MS', 2), '2 months'],
    [step('B', 1), 'a business day'],
    [step('QS', 1), 'a quarter'],
    [step('2QS', 1), 'half a year'],
    [step('YS', 5), '5 years'],
  ])('%j', (given, said) => {
    expect(sayStep(given, t, number)).toBe(said);
  });

  it('is none of events', () => {
    expect(sayStep({ ...step('D', 1), isRegular: false }, t, number)).toBe('none: events');
  });
});
