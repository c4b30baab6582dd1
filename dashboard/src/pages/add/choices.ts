/** Answers in words; null for what stands in the file itself. */
import type { StepOfFile } from '@/api/client';
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

/** A step in the reader's words, by its period and how many of them. */
export function sayStep(
  step: Pick<StepOfFile, 'freq' | 'every' | 'seconds' | 'isRegular'>,
  t: Pick<AddWords, 'events' | 'seconds' | 'minutes' | 'steps' | 'manySteps'>,
  number: (value: number) => string,
): string {
  const { freq, every, seconds, isRegular } = step;
  if (!isRegular) return t.events;
  if (seconds !== null && seconds < 60) return t.seconds(number(seconds));
  if (seconds !== null && seconds < 3600) return t.minutes(number(seconds / 60));
  const count = seconds === null ? every : seconds / 3600;
  // Minutes say how many seconds they are.
  const unit = freq.endsWith('min') ? 'h' : (freq as keyof AddWords['steps']);
  return count === 1 ? t.steps[unit] : t.manySteps[unit](number(count));
}
