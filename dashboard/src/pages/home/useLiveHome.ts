/** Home's first answer, kept current by the server; what came last is kept for reading offline. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { DashboardStats, Home } from '@/api/client';
import { followStanding } from '@/api/standing';
import { useIsOnline } from '@/offline/connection';
import { useIsSlow } from '@/offline/slow';
import { homeQuery, REFRESH_MS } from './queries';

export type Liveness = 'live' | 'paused' | 'stale';

export interface LiveHome {
  query: UseQueryResult<Home>;
  liveness: Liveness;
  setPaused: (paused: boolean) => void;
}

/** What is asked anew when it has changed: the feed tells numbers, not titles. */
const titlesOf = ({ recommendations: { lastChange: _, ...counts }, quality }: DashboardStats) =>
  JSON.stringify([counts, quality.unprepared.length]);

export function useLiveHome(): LiveHome {
  const queries = useQueryClient();
  const [isPaused, setPaused] = useState(false);
  const [isConnected, setConnected] = useState(false);
  const isOnline = useIsOnline();
  const isSlow = useIsSlow();
  // The feed tells numbers; where one that waits took the place of another, they are the same.
  const query = useQuery({ ...homeQuery, refetchInterval: isPaused ? false : REFRESH_MS });

  useEffect(() => {
    if (isPaused) return;
    const end = followStanding({
      onOpen: setConnected,
      onTold: ({ stats }) => {
        const known = queries.getQueryData(homeQuery.queryKey);
        // Numbers of what waits never stand beside titles of another moment.
        if (known && titlesOf(known.stats) === titlesOf(stats)) {
          queries.setQueryData(homeQuery.queryKey, { ...known, stats });
        } else void queries.invalidateQueries({ queryKey: homeQuery.queryKey });
      },
    });
    return () => {
      end();
      setConnected(false);
    };
  }, [isPaused, queries]);

  // One word for the whole page: what was read an age ago is not live, whatever is connected by now.
  const isLive = isConnected && isOnline && !isSlow && query.isSuccess;
  return { query, liveness: isPaused ? 'paused' : isLive ? 'live' : 'stale', setPaused };
}
