import { queryOptions } from '@tanstack/react-query';
import { api, type Backtest } from '@/api/client';

const REFRESH_MS = 1500;

export const isOpen = (given: Backtest | undefined): boolean =>
  given?.status === 'queued' || given?.status === 'running';

/** Newest first; looked at again while one is open. */
export const backtestsQuery = (modelId: number) =>
  queryOptions({
    queryKey: ['models.backtests', { modelId }],
    queryFn: ({ signal }) => api.models.backtests.query({ modelId }, { signal }),
    refetchInterval: ({ state }) => (isOpen(state.data?.[0]) ? REFRESH_MS : false),
  });

export const backtestResultQuery = (backtestId: number) =>
  queryOptions({
    queryKey: ['models.backtestResult', { backtestId }],
    queryFn: ({ signal }) => api.models.backtestResult.query({ backtestId }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const backtestLineQuery = (backtestId: number, series: string | null) =>
  queryOptions({
    queryKey: ['models.backtestLine', { backtestId, series }],
    queryFn: ({ signal }) =>
      api.models.backtestLine.query({ backtestId, series: series as string }, { signal }),
    enabled: series !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
