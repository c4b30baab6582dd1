import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import { KEEP } from '@/offline/seen';
import { type Filter, inputOf, SEVERITIES } from './filters';
import { type From, readBySeverity } from './pages';

const PAGE_SIZE = 25;
const START: From = {};

export const inboxQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ['recommendations.list', 'pages', filter] as const,
    queryFn: async ({ pageParam, signal }) => {
      const input = inputOf(filter);
      if (filter.sort === 'severity') {
        const severities = filter.severity ? [filter.severity] : SEVERITIES;
        return readBySeverity(severities, pageParam, PAGE_SIZE, (severity, cursor, limit) =>
          api.recommendations.list.query({ ...input, severity, cursor, limit }, { signal }),
        );
      }
      const { info } = pageParam;
      const cursor = typeof info === 'number' ? info : null;
      const severity = filter.severity;
      const rows = await api.recommendations.list.query(
        { ...input, severity, cursor, limit: PAGE_SIZE },
        { signal },
      );
      const last = rows.at(-1);
      return {
        rows,
        next: last && rows.length === PAGE_SIZE ? { info: last.id } : null,
      };
    },
    initialPageParam: START,
    getNextPageParam: (page) => page.next,
    // What was looked for once is not worth the space.
    meta: { keep: filter.q === null },
  });

export const recommendationQuery = (id: number) =>
  queryOptions({
    queryKey: ['recommendations.get', { id }] as const,
    queryFn: ({ signal }) => api.recommendations.get.query({ id }, { signal }),
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
