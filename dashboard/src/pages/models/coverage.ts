/** How much an execution judged, and how much it knows too little of yet. */
import type { ExecutionDetail } from '@/api/client';
import type { Formatters } from '@/i18n/format';
import type { ModelWords } from './words';

type Coverage = NonNullable<ExecutionDetail['coverage']>;

export function sayCoverage(
  { unit, scored, total, learning }: Coverage,
  t: ModelWords,
  format: Formatters,
): string {
  const said = t.judgedOf[unit](format.number(scored), format.number(total));
  return learning > 0 ? `${said}, ${t.learning(format.number(learning))}` : said;
}
