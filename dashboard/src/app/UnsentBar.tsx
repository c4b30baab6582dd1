/** Says on every page that decisions wait on this device, and whether one needs its maker; room: until that is known. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useWords } from '@/i18n/words';
import { useOutbox } from '@/offline/useOutbox';
import { words } from './later-words';
import css from './UnsentBar.module.css';

export function UnsentBar({ room }: { room: ReactNode }) {
  const t = useWords(words);
  const { outbox, decisions } = useOutbox();
  if (!outbox.isKnown()) return room;
  if (decisions.length === 0) return null;
  const stuck = decisions.filter(({ problem }) => problem !== null).length;
  return (
    <p className={css.bar} data-bad={stuck > 0 || undefined}>
      <span>
        {t.unsentBar(decisions.length)}
        {stuck > 0 && `, ${t.unsentStuck(stuck)}`}
      </span>
      <Link href="/recommendations/unsent" className={css.link ?? ''}>
        {t.unsentShow}
      </Link>
    </p>
  );
}
