import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, type ReviewStatus } from '@/api/client';
import { withItsPlace } from '@/offline/kept';
import { KEEP } from '@/offline/seen';
import { type Filter, inputOf } from './filters';

export const PAGE_SIZE = 25;
const START = null as string | null;

/** Pages go on after the place of the last row seen, whatever moved meanwhile. */
export const inboxQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ['recommendations.list', 'inbox', filter] as const,
    queryFn: ({ pageParam: cursor, signal }) =>
      api.recommendations.list.query({ ...inputOf(filter), cursor, limit: PAGE_SIZE }, { signal }),
    initialPageParam: START,
    // Whoever comes back to it finds it as it was left, with what arrived since over it.
    refetchOnWindowFocus: false,
    refetchOnReconnect: ({ state }) => state.status === 'error',
    getNextPageParam: (rows) => (rows.length < PAGE_SIZE ? null : rows.at(-1)?.cursor),
    // What was looked for once is not worth the space.
    meta: { keep: filter.q === null, hasStandIn: true },
  });

/** Of one cause; more than these no person decides about at once. */
export const MOST_MEMBERS = 1000;

/** Each by itself. */
export const membersQuery = (cause: number, status: ReviewStatus, isSnoozed: boolean) =>
  queryOptions({
    queryKey: ['recommendations.list', 'cause', { cause, status, isSnoozed }] as const,
    queryFn: ({ signal }) =>
      api.recommendations.list.query(
        { cause, status, isSnoozed, isResolved: false, limit: MOST_MEMBERS },
        { signal },
      ),
    meta: KEEP,
  });

export const recommendationQuery = (id: number) =>
  queryOptions({
    queryKey: ['recommendations.get', { id }] as const,
    queryFn: ({ signal }) => api.recommendations.get.query({ id }, { signal }),
    structuralSharing: withItsPlace,
    meta: KEEP,
  });

export const evidenceQuery = (id: number) =>
  queryOptions({
    queryKey: ['recommendations.evidence', { id }] as const,
    queryFn: ({ signal }) => api.recommendations.evidence.query({ id }, { signal }),
    staleTime: 60_000,
    meta: KEEP,
  });

export const historyQuery = (id: number) =>
  queryOptions({
    queryKey: ['recommendations.history', { id }] as const,
    queryFn: ({ signal }) => api.recommendations.history.query({ id }, { signal }),
    meta: KEEP,
  });

export const datasetsQuery = () =>
  queryOptions({
    queryKey: ['datasets.list', { limit: 1000 }] as const,
    queryFn: ({ signal }) => api.datasets.list.query({ limit: 1000 }, { signal }),
    staleTime: 300_000,
    meta: KEEP,
  });

/** Every version of every model; of their names each once is a choice. */
export const modelNamesQuery = () =>
  queryOptions({
    queryKey: ['models.list', { limit: 1000 }] as const,
    queryFn: ({ signal }) => api.models.list.query({ limit: 1000 }, { signal }),
    staleTime: 300_000,
  });
