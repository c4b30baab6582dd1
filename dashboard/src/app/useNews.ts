import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { paced } from '@/api/pace';
import { followStanding } from '@/api/standing';
import { useWords } from '@/i18n/words';
import { unreadQuery } from '@/pages/notifications/queries';
import { words } from './later-words';

/** Tells by the browser, where it was allowed to, that there are more while nobody looks at the page. */
export function useNews() {
  const t = useWords(words);
  const unread = useQuery(unreadQuery()).data?.unread ?? 0;
  const former = useRef(unread);
  useEffect(() => {
    const more = unread - former.current;
    former.current = unread;
    const isAllowed = 'Notification' in window && Notification.permission === 'granted';
    if (more <= 0 || !isAllowed || document.visibilityState === 'visible') return;
    void navigator.serviceWorker?.ready.then((worker) =>
      // A title of the data would stand on a locked screen; the number alone tells nothing.
      worker.showNotification('IOP', { body: t.news(more), tag: 'iop', icon: '/icons/192.png' }),
    );
  }, [unread, t]);
}

// A run brings about one after the other.
const PAUSE_MS = 5000;

/** Counts what was not read anew as soon as anything happened that somebody may be told of. */
export function useNewsAtOnce() {
  const queries = useQueryClient();
  useEffect(() => {
    const { queryKey } = unreadQuery();
    const looks = paced(() => queries.invalidateQueries({ queryKey }), PAUSE_MS);
    let former: string | undefined;
    const end = followStanding({
      onTold: ({ stats: { asOf: _, ...standing } }) => {
        const told = JSON.stringify(standing);
        if (former !== undefined && former !== told) looks.run();
        former = told;
      },
    });
    return () => {
      end();
      looks.stop();
    };
  }, [queries]);
}
