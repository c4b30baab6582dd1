/** Says on every page that decisions wait on this device, and whether one needs its maker. */
import { Link } from 'wouter';
import { useWords } from '@/i18n/words';
import { useOutbox } from '@/offline/OutboxProvider';
import css from './UnsentBar.module.css';
import { words } from './words';

export function UnsentBar() {
  const t = useWords(words);
  const { decisions } = useOutbox();
  const stuck = decisions.filter(({ problem }) => problem !== null).length;
  return (
    <div role="status">
      {decisions.length > 0 && (
        <p className={css.bar} data-bad={stuck > 0 || undefined}>
          <span>
            {t.unsentBar(decisions.length)}
            {stuck > 0 && `, ${t.unsentStuck(stuck)}`}
          </span>
          <Link href="/recommendations/unsent" className={css.link ?? ''}>
            {t.unsentShow}
          </Link>
        </p>
      )}
    </div>
  );
}
