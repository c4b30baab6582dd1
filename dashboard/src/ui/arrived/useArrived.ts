/** Follows a list that is left open: what arrived since is counted, and nothing moves until its reader wants it. */
import { useEffect, useRef, useState } from 'react';
import type { DashboardStats } from '@/api/client';
import { paced } from '@/api/pace';
import { followStanding, isFollowed, type Told } from '@/api/standing';
import { type Arrivals, arrivals, NONE } from './arrivals';

// A run writes for a while, and each look is a read of the whole list.
const PAUSE_MS = 2000;
// Without the stream, as often as Home asks.
const AGAIN_MS = 60_000;

export interface Followed<Id> {
  /** Which list it is. */
  key: string;
  /** What of it stands on the page; null while it is on its way, or where the platform did not give it. */
  shown: readonly Id[] | null;
  /** When it was read, in ms. */
  readAt: number;
  /** Whether there is more of the list below what is shown. */
  isCut: boolean;
  /** What of the platform's standing changes with the list. */
  partOf: (stats: DashboardStats) => unknown;
  /** Whether the list may change without it: it is read each minute then, too. */
  mayChangeUntold?: boolean;
  /** Reads it anew and renews, in their places, the rows that are shown; gives what is in it now, in its order. */
  look: () => Promise<readonly Id[]>;
}

/** How many are in the list now that are not shown and stand above what is. */
export function useArrived<Id>(followed: Followed<Id>): Arrivals {
  const now = useRef(followed);
  now.current = followed;
  const { key, shown, readAt } = followed;
  const [seen, setSeen] = useState<{ key: string; ids: readonly Id[]; at: number } | null>(null);
  useEffect(() => {
    let former: string | undefined;
    let isEnded = false;
    // A look is owed: the last one failed, or nothing was told for a while.
    let isOwed = false;
    const looks = paced(async () => {
      if (now.current.shown === null) return;
      const at = Date.now();
      isOwed = true;
      const ids = await now.current.look();
      isOwed = false;
      if (!isEnded) setSeen({ key, ids, at });
    }, PAUSE_MS);
    const onTold = ({ stats, at }: Told) => {
      const part = JSON.stringify(now.current.partOf(stats));
      // What is the first to be told may have happened after the list was read.
      const isNews = former === undefined ? now.current.readAt < at : former !== part;
      former = part;
      if (isNews) looks.run();
    };
    let wasCut = false;
    const onOpen = (isOpen: boolean) => {
      if (isOpen && wasCut) looks.run();
      wasCut = !isOpen;
    };
    const end = followStanding({ onTold, onOpen });
    const timer = setInterval(() => {
      const isAsked = !isFollowed() || isOwed || now.current.mayChangeUntold;
      if (isAsked && document.visibilityState !== 'hidden') looks.run();
    }, AGAIN_MS);
    return () => {
      isEnded = true;
      end();
      clearInterval(timer);
      looks.stop();
    };
  }, [key]);
  // What was read since has all that was seen before.
  if (!shown || seen?.key !== key || seen.at < readAt) return NONE;
  return arrivals(seen.ids, shown, followed.isCut);
}
