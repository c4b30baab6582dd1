/** When to fetch ahead, see ahead.ts: once the page stands and nothing else is to be done, and then again. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { isOnline, onConnection } from '@/offline/connection';
import { isSaving, whenIdle } from '@/offline/idle';
import { useSession } from '@/session/session';

const AGAIN_MS = 300_000;
// Until then the first sight of a page has the network for itself.
const AFTER_MS = 4000;

export function useAhead() {
  const queries = useQueryClient();
  const session = useSession();
  const isConfirmed = session.state === 'signed-in' && session.isConfirmed;
  useEffect(() => {
    if (!isConfirmed || isSaving()) return;
    let ended = false;
    let cancel = () => {};
    const begin = () => {
      cancel();
      if (isOnline()) cancel = whenIdle(() => void fetching(queries, () => ended), AFTER_MS);
    };
    begin();
    const timer = setInterval(begin, AGAIN_MS);
    const stop = onConnection(begin);
    return () => {
      ended = true;
      cancel();
      clearInterval(timer);
      stop();
    };
  }, [queries, isConfirmed]);
}

async function fetching(queries: QueryClient, isEnded: () => boolean) {
  try {
    const { fetchAhead } = await import('./ahead');
    await fetchAhead(queries, isEnded);
  } catch {
    // The next time its file may come.
  }
}
