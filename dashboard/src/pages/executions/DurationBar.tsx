/** How long it took, beside the longest of the same list. */
import { useFormat } from '@/i18n/format';
import css from './executions.module.css';

export function DurationBar({ ms, longest }: { ms: number | null; longest: number }) {
  const format = useFormat();
  if (ms === null) return <>–</>;
  const share = longest > 0 ? (100 * ms) / longest : 0;
  return (
    <span className={css.duration}>
      <span className={css.track} aria-hidden="true">
        <span className={css.fill} style={{ display: 'block', width: `${share}%` }} />
      </span>
      {format.duration(ms)}
    </span>
  );
}

export const longestOf = (executions: readonly { durationMs: number | null }[]) =>
  Math.max(0, ...executions.map((each) => each.durationMs ?? 0));
