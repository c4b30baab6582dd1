/** What a runtime measured of its own work, in words. */
import type { Formatters } from '@/i18n/format';
import { wordOf } from '@/i18n/vocabulary';
import type { ExecutionWords } from './words';

/** Without what is neither number nor text; a name that this release does not know is shown as it is. */
export function sayMetrics(
  metrics: Record<string, unknown>,
  t: ExecutionWords,
  format: Formatters,
): { label: string; value: string }[] {
  return Object.entries(metrics).flatMap(([name, value]) => {
    const known = wordOf(name, t.metricNames);
    const label = known === name ? name.replaceAll('_', ' ') : known;
    if (typeof value === 'number') return [{ label, value: format.number(value) }];
    return typeof value === 'string' ? [{ label, value }] : [];
  });
}
