import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ALONE, api, type ExecutionDetail, type ExecutionFilter } from '@/api/client';
import { inLanguage } from '@/i18n/answers';
import { writing } from '@/session/preferences';

const SOON_MS = 1_500;
const LATER_MS = 5_000;
const LATER_AFTER = 20;

export const executionsQuery = (filter: ExecutionFilter) =>
  queryOptions({
    queryKey: ['executions.list', filter],
    queryFn: ({ signal }) => api.executions.list.query(filter, { signal }),
    // Whoever comes back to it finds it as it was left, with what arrived since over it.
    refetchOnWindowFocus: false,
    refetchOnReconnect: ({ state }) => state.status === 'error',
    placeholderData: keepPreviousData,
  });

/** Asked for again while it goes on: soon at first, then less often. */
export const executionQuery = (id: number) =>
  queryOptions({
    queryKey: ['executions.get', { id }],
    queryFn: ({ signal }): Promise<ExecutionDetail> =>
      api.executions.get.query({ id, outputLimit: 0 }, { signal }),
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.status !== 'running'
        ? false
        : state.dataUpdateCount < LATER_AFTER
          ? SOON_MS
          : LATER_MS,
  });

export const seriesQuery = (id: number, uniqueId: string | null, measure: string | null) => {
  const input = { id, uniqueId, measure };
  return queryOptions({
    queryKey: ['executions.series', input],
    queryFn: ({ signal }) => api.executions.series.query(input, { signal, ...ALONE }),
    placeholderData: keepPreviousData,
  });
};

/** Recommendations rest on an execution by their `sourceRef`. */
export const recommendationsOfQuery = (id: number) =>
  queryOptions({
    queryKey: ['recommendations.list', { order: 'newest', limit: 1000 }],
    queryFn: ({ signal }) =>
      api.recommendations.list.query({ order: 'newest', limit: 1000 }, { signal }),
    select: (found) => {
      const own = found.filter((each) => each.sourceRef === `execution:${id}`);
      return inLanguage(own, writing());
    },
  });
