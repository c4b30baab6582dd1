/** While it is read: that somebody else has decided, and what. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { platformNow } from '@/session/clock';
import { useUser } from '@/session/session';
import { useNow } from '@/ui/useNow';
import { historyQuery } from './queries';
import css from './recommendations.module.css';
import { words } from './words';

const SECOND = 1000;

export function DecidedMeanwhile({ id }: { id: number }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const me = useUser();
  const [openedAt] = useState(platformNow);
  const events = useQuery(historyQuery(id)).data ?? [];
  const last = events.findLast(({ kind }) => kind === 'status');
  // Moments of a history have whole seconds.
  const isSince = last && new Date(last.createdAt).getTime() >= openedAt - SECOND;
  const isTheirs = isSince && last.actor !== null && last.actor !== me.id;
  if (!isTheirs || !last.statusAfter) return null;
  return (
    <div className={css.pending} role="status">
      <p>
        {t.theirs(last.actorName ?? t.somebody, t.status[last.statusAfter])} (
        {format.ago(last.createdAt, now)})
      </p>
      {last.reason && <p className={css.said}>{last.reason}</p>}
    </div>
  );
}
