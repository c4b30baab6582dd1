/** Answers in words; null for what stands in the file itself. */
import type { AddWords } from './words';

export function sayChoice(choice: string, t: AddWords): string | null {
  switch (choice) {
    case 'day-first':
      return t.dayFirst;
    case 'month-first':
      return t.monthFirst;
    case '.':
      return t.point;
    case ',':
      return t.comma;
    default:
      return null;
  }
}

const UNITS = { minute: 'minutes', second: 'seconds' } as const;

/** A step in the reader's words, by its period and how many of them. */
export function sayStep(
  step: { freq: string; every: number; said: string; isRegular: boolean },
  t: AddWords,
  number: (value: number) => string,
): string {
  if (!step.isRegular) return t.events;
  const finer = /^(a|[\d.]+) (minute|second)s?$/.exec(step.said);
  if (finer) {
    const count = finer[1] === 'a' ? 1 : Number(finer[1]);
    return t[UNITS[finer[2] as keyof typeof UNITS]](number(count));
  }
  const freq = step.freq as keyof typeof t.steps;
  if (!(freq in t.steps)) return step.said;
  return step.every === 1 ? t.steps[freq] : t.manySteps[freq](number(step.every));
}
