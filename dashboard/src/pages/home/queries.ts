import { queryOptions } from '@tanstack/react-query';
import { ALONE, api } from '@/api/client';
import { KEEP } from '@/offline/seen';

export const REFRESH_MS = 60_000;

/** What waits, what is missing, and how the platform stands. */
export const homeQuery = queryOptions({
  queryKey: ['home.get'],
  queryFn: ({ signal }) => api.home.get.query(undefined, { signal, ...ALONE }),
  meta: KEEP,
});

/** Of the dashboard that whoever asks has chosen. */
export const figuresQuery = queryOptions({
  queryKey: ['home.figures'],
  queryFn: ({ signal }) => api.home.figures.query(undefined, { signal, ...ALONE }),
  refetchInterval: REFRESH_MS,
  meta: KEEP,
});
