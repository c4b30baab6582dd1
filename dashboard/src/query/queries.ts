import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { QueryConfig } from '@/api/client';
import { ALONE, api } from '@/api/client';
import { KEEP } from '@/offline/seen';

export const panelPreview = (queryConfig: QueryConfig) =>
  queryOptions({
    queryKey: ['panels.data', { queryConfig }],
    queryFn: ({ signal }) => api.panels.data.query({ queryConfig }, { signal, ...ALONE }),
    placeholderData: keepPreviousData,
    retry: false,
  });

export const schemaOf = (source: string) =>
  queryOptions({
    queryKey: ['datasets.schema', { name: source }],
    queryFn: ({ signal }) => api.datasets.schema.query({ name: source }, { signal }),
    staleTime: 300_000,
    meta: KEEP,
  });

export const datasetNames = queryOptions({
  queryKey: ['datasets.list', { limit: 200 }],
  queryFn: ({ signal }) => api.datasets.list.query({ limit: 200 }, { signal }),
  meta: KEEP,
});
