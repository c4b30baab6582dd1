/** The platform's figures, kept current by the server; what came last is kept for reading offline. */
import { queryOptions, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ALONE, api, type DashboardStats } from '@/api/client';
import { subscribe } from '@/api/live';
import { noteAnswer } from '@/offline/connection';
import { KEEP } from '@/offline/seen';

export type Liveness = 'live' | 'paused' | 'stale';

export const stats = queryOptions({
  queryKey: ['dashboard.stats'],
  queryFn: ({ signal }) => api.dashboard.stats.query(undefined, { signal, ...ALONE }),
  meta: KEEP,
});

export interface LiveStats {
  query: UseQueryResult<DashboardStats>;
  liveness: Liveness;
  setPaused: (paused: boolean) => void;
}

export function useLiveStats(): LiveStats {
  const queries = useQueryClient();
  const [isPaused, setPaused] = useState(false);
  const [isConnected, setConnected] = useState(false);
  const query = useQuery(stats);

  useEffect(() => {
    if (isPaused) return;
    const end = subscribe<DashboardStats>('dashboard.live', {
      onOpen: setConnected,
      onData: (given) => {
        noteAnswer();
        queries.setQueryData(stats.queryKey, given);
      },
    });
    return () => {
      end();
      setConnected(false);
    };
  }, [isPaused, queries]);

  const liveness = isPaused ? 'paused' : isConnected ? 'live' : 'stale';
  return { query, liveness, setPaused };
}
