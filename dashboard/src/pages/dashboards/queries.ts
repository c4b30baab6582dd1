import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  type UseQueryOptions,
} from '@tanstack/react-query';
import {
  ALONE,
  api,
  type Drill,
  type OfPanel,
  type PanelData,
  type TableQuery,
} from '@/api/client';
import { KEEP } from '@/offline/seen';

const PAGE = 50;

/** Those that have a text in their names; they are not kept on the device. */
export const foundDashboards = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['dashboards.list', { limit: PAGE, q }],
    queryFn: ({ signal, pageParam }) =>
      api.dashboards.list.query(
        { limit: PAGE, q, ...(pageParam && { cursor: pageParam }) },
        { signal },
      ),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.length === PAGE ? last.at(-1)?.id : undefined),
    placeholderData: keepPreviousData,
  });

export const dashboardList = infiniteQueryOptions({
  queryKey: ['dashboards.list', { limit: PAGE }],
  queryFn: ({ signal, pageParam }) =>
    api.dashboards.list.query({ limit: PAGE, ...(pageParam && { cursor: pageParam }) }, { signal }),
  initialPageParam: 0,
  getNextPageParam: (last) => (last.length === PAGE ? last.at(-1)?.id : undefined),
  meta: KEEP,
});

export const dashboardOf = (id: number) =>
  queryOptions({
    queryKey: ['dashboards.get', { id }],
    queryFn: ({ signal }) => api.dashboards.get.query({ id }, { signal, ...ALONE }),
    // Somebody may have saved it a moment ago, and its former panels are gone; what was read ahead is as good.
    staleTime: 1000,
    meta: KEEP,
  });

const reading = (input: OfPanel) => ({
  queryKey: ['panels.data', input],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.panels.data.query(input, { signal, ...ALONE }),
  meta: KEEP,
});

/** Once, to be kept. */
export const panelRead = (input: OfPanel) => queryOptions(reading(input));

/** refreshS: how often it is asked again; null while it is paused or out of sight. */
export const panelData = (input: OfPanel, refreshS: number | null) =>
  queryOptions({
    ...reading(input),
    refetchInterval: refreshS === null ? false : refreshS * 1000,
    placeholderData: keepPreviousData,
  } satisfies UseQueryOptions<PanelData>);

export const panelDrill = (input: Drill) =>
  infiniteQueryOptions({
    queryKey: ['panels.drill', input],
    queryFn: ({ signal, pageParam }) =>
      api.panels.drill.query({ ...input, cursor: pageParam }, { signal, ...ALONE }),
    initialPageParam: 0,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    meta: KEEP,
  });

const MAX_VALUES = 200;

/** The values that a field has, most frequent first. */
export const valuesOf = (source: string, field: string) =>
  queryOptions({
    queryKey: ['panels.data', { values: field, source }],
    queryFn: ({ signal }) => {
      const main: TableQuery = {
        select: [{ field }, { agg: 'count' }],
        sort: [{ by: 'count', dir: 'desc' }],
        limit: MAX_VALUES,
      };
      return api.panels.data.query(
        { queryConfig: { version: 2, source, datasets: { main } } },
        { signal },
      );
    },
    staleTime: 300_000,
  });
