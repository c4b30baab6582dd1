import { queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import { KEEP } from '@/offline/seen';

const REFRESH_MS = 15_000;

export const latestRuns = queryOptions({
  queryKey: ['executions.list', { limit: 6 }],
  queryFn: ({ signal }) => api.executions.list.query({ limit: 6 }, { signal }),
  refetchInterval: REFRESH_MS,
  meta: KEEP,
});

export const latestReports = queryOptions({
  queryKey: ['reports.generated', { limit: 5 }],
  queryFn: ({ signal }) => api.reports.generated.query({ limit: 5 }, { signal }),
  refetchInterval: REFRESH_MS,
  meta: KEEP,
});
