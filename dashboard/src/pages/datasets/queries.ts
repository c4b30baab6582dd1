import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, type RunsOfDataset } from '@/api/client';
import { KEEP } from '@/offline/seen';

const MOST = 1000;
/** Scores that a trend is drawn of. */
export const SCORES = 200;

export const datasetsQuery = queryOptions({
  queryKey: ['datasets.list', { limit: MOST }],
  queryFn: ({ signal }) => api.datasets.list.query({ limit: MOST }, { signal }),
  meta: KEEP,
});

export const datasetQuery = (name: string) =>
  queryOptions({
    queryKey: ['datasets.get', { name }],
    queryFn: ({ signal }) => api.datasets.get.query({ name }, { signal }),
    meta: KEEP,
  });

export const qualityQuery = (name: string, limit: number) => {
  const input = { name, limit };
  return queryOptions({
    queryKey: ['datasets.quality', input],
    queryFn: ({ signal }) => api.datasets.quality.query(input, { signal }),
    meta: KEEP,
  });
};

export const runsQuery = (input: RunsOfDataset) =>
  queryOptions({
    queryKey: ['datasets.runs', input],
    queryFn: ({ signal }) => api.datasets.runs.query(input, { signal }),
    // Whoever comes back to it finds it as it was left, with what arrived since over it.
    refetchOnWindowFocus: false,
    refetchOnReconnect: ({ state }) => state.status === 'error',
    placeholderData: keepPreviousData,
  });

/** versionId: of one data version; null for the newest of the dataset. */
export const rejectedQuery = (name: string, versionId: number | null, limit: number) => {
  const input = versionId === null ? { name, limit } : { versionId, limit };
  return queryOptions({
    queryKey: ['datasets.rejected', input],
    queryFn: ({ signal }) => api.datasets.rejected.query(input, { signal }),
    placeholderData: keepPreviousData,
  });
};

export const schemaQuery = (name: string) =>
  queryOptions({
    queryKey: ['datasets.schema', { name }],
    queryFn: ({ signal }) => api.datasets.schema.query({ name }, { signal }),
  });
