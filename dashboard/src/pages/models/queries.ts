import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ALONE, api, type History } from '@/api/client';
import { KEEP } from '@/offline/seen';
import { pointsOf, type SeriesWish, seriesConfig } from './series';

const MOST = 1000;

export const modelsQuery = queryOptions({
  queryKey: ['models.list', { limit: MOST }],
  queryFn: ({ signal }) => api.models.list.query({ limit: MOST }, { signal }),
  meta: KEEP,
});

export const modelQuery = (id: number) =>
  queryOptions({
    queryKey: ['models.get', { id }],
    queryFn: ({ signal }) => api.models.get.query({ id }, { signal }),
    meta: KEEP,
  });

/** What a model can run by; it changes with the release alone. */
export const runtimesQuery = queryOptions({
  queryKey: ['models.runtimes'],
  queryFn: ({ signal }) => api.models.runtimes.query(undefined, { signal }),
  meta: KEEP,
});

export const historyQuery = (input: History) =>
  queryOptions({
    queryKey: ['models.history', input],
    queryFn: ({ signal }) => api.models.history.query(input, { signal }),
    placeholderData: keepPreviousData,
  });

const CHECKSUM = /^[0-9a-f]{64}$/;

/** What a file takes and gives; under its checksum it is always the same. */
export const fileQuery = (checksum: string) =>
  queryOptions({
    queryKey: ['models.file', { checksum }],
    queryFn: ({ signal }) => api.models.file.query({ checksum }, { signal }),
    enabled: CHECKSUM.test(checksum),
    retry: false,
  });

/** The latest execution of each of these versions that has one. */
export const latestQuery = (modelIds: readonly number[]) => {
  const input = { modelIds: [...modelIds].sort((a, b) => a - b) };
  return queryOptions({
    queryKey: ['executions.latest', input],
    queryFn: ({ signal }) => api.executions.latest.query(input, { signal }),
    enabled: modelIds.length > 0,
    placeholderData: keepPreviousData,
    meta: KEEP,
  });
};

export const latestSuccessQuery = (modelId: number) => {
  const input = { modelId, status: 'success', limit: 1 } as const;
  return queryOptions({
    queryKey: ['executions.list', input],
    queryFn: ({ signal }) => api.executions.list.query(input, { signal }),
  });
};

export const modelSeriesQuery = (wish: SeriesWish | null) =>
  queryOptions({
    queryKey: ['panels.data', wish],
    queryFn: ({ signal }) =>
      api.panels.data.query(
        { queryConfig: seriesConfig(wish as SeriesWish) },
        { signal, ...ALONE },
      ),
    enabled: wish !== null,
    select: pointsOf,
    placeholderData: keepPreviousData,
  });
