import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import { KEEP } from '@/offline/seen';

const PAGE_SIZE = 30;
const LOOK_AGAIN_MS = 60_000;

export const notificationsQuery = (unreadOnly: boolean) =>
  infiniteQueryOptions({
    queryKey: ['notifications.list', 'pages', { unreadOnly }] as const,
    queryFn: ({ pageParam, signal }) =>
      api.notifications.list.query({ unreadOnly, cursor: pageParam, limit: PAGE_SIZE }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    meta: KEEP,
  });

export const unreadQuery = () =>
  queryOptions({
    queryKey: ['notifications.list', 'unread'] as const,
    queryFn: ({ signal }) =>
      api.notifications.list.query({ limit: 1, unreadOnly: true }, { signal }),
    refetchInterval: LOOK_AGAIN_MS,
    meta: KEEP,
  });
