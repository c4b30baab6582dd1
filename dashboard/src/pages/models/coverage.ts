/** How much an execution judged, how much it knows too little of yet, and what it did not read. */
import type { ExecutionDetail } from '@/api/client';
import type { Formatters } from '@/i18n/format';
import type { ModelWords } from './words';

type Coverage = NonNullable<ExecutionDetail['coverage']>;

export function sayCoverage(
  { unit, scored, total, learning, leftOut }: Coverage,
  t: ModelWords,
  format: Formatters,
): string {
  const parts = [t.judgedOf[unit](format.number(scored), format.number(total))];
  if (learning > 0) parts.push(t.learning(format.number(learning)));
  if (leftOut > 0) parts.push(t.leftOut(format.number(leftOut)));
  return parts.join(', ');
}
