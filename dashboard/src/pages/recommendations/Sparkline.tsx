/** The course of a series, a line high; who cannot see it misses nothing that its words do not say. */

import { HEIGHT, lineOf, WIDTH } from '@/ui/line';
import css from './recommendations.module.css';

export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const line = lineOf(values);
  if (line === '') return null;
  return (
    <svg className={css.sparkline} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={line} />
    </svg>
  );
}
