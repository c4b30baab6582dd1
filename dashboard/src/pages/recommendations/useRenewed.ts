/** Follows the list that is open and the recommendation that is read: what others did to them is told at once. */
import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';
import { api, type ListedRecommendation, type Recommendation } from '@/api/client';
import { byPlatform } from '@/session/clock';
import type { Arrivals } from '@/ui/arrived/arrivals';
import { useArrived } from '@/ui/arrived/useArrived';
import { type Filter, inputOf } from './filters';
import {
  evidenceQuery,
  historyQuery,
  inboxQuery,
  MOST_MEMBERS,
  PAGE_SIZE,
  recommendationQuery,
} from './queries';
import type { useInbox } from './useInbox';

type Row = ListedRecommendation;

/** Gives how many more there are now. open: the one that is read. */
export function useRenewed(
  filter: Filter,
  { query, rows }: ReturnType<typeof useInbox>,
  open: number | null,
): Arrivals {
  const queries = useQueryClient();
  const ids = rows.map(({ id }) => id);
  const readAt = useReadAt(query);
  const look = useCallback(async () => {
    // A page more: what a few new ones push down is still found.
    const limit = Math.min(ids.length + PAGE_SIZE, MOST_MEMBERS);
    const found = await api.recommendations.list.query({ ...inputOf(filter), limit });
    const listed = new Map(found.map((row) => [row.id, row]));
    // Decided, over, or further down: what has become of a row is asked of itself.
    const others = rows
      .filter(({ id, status }) => status === 'open' && !listed.has(id) && id !== open)
      .map(({ id }) => id);
    const read = await readEach(queries, open === null ? others : [open, ...others]);
    if (open !== null) await readAround(queries, open, read.get(open));
    renew(queries, filter, (row) => listed.get(row.id) ?? read.get(row.id));
    // Of nothing nothing can move.
    if (ids.length === 0 && found.length > 0) await query.refetch();
    return [...listed.keys()];
  }, [queries, filter, open, ids, rows, query.refetch]);
  return useArrived({
    key: JSON.stringify(filter),
    // What is made of what is kept is no list of the platform's.
    shown: query.data && !query.isError ? ids : null,
    isCut: query.hasNextPage,
    readAt,
    partOf: ({ recommendations }) => recommendations,
    look,
  });
}

/** When the list was read from its head: a page that came at its end says nothing of that. */
function useReadAt({ data, dataUpdatedAt }: ReturnType<typeof useInbox>['query']): number {
  const pages = data?.pages.length ?? 0;
  const read = useRef({ pages, at: dataUpdatedAt, last: dataUpdatedAt });
  if (read.current.last !== dataUpdatedAt) {
    const isNext = pages > read.current.pages && read.current.pages > 0;
    const at = isNext ? read.current.at : dataUpdatedAt;
    read.current = { pages, at, last: dataUpdatedAt };
  }
  return read.current.at;
}

/** What cannot be read stays as it is shown. */
async function readEach(
  queries: QueryClient,
  ids: readonly number[],
): Promise<Map<number, Recommendation>> {
  const read = await Promise.allSettled(
    ids.map((id) => queries.fetchQuery({ ...recommendationQuery(id), staleTime: 0 })),
  );
  return new Map(
    read.flatMap((each) => (each.status === 'fulfilled' ? [[each.value.id, each.value]] : [])),
  );
}

/** Its history grows with every comment; what it rests on changes only where it was found again. */
async function readAround(queries: QueryClient, id: number, row: Recommendation | undefined) {
  const evidence = evidenceQuery(id).queryKey;
  const readAt = queries.getQueryState(evidence)?.dataUpdatedAt ?? 0;
  const isOld = row !== undefined && new Date(row.updatedAt).getTime() > byPlatform(readAt);
  await Promise.all([
    queries.invalidateQueries({ queryKey: historyQuery(id).queryKey }),
    isOld && queries.invalidateQueries({ queryKey: evidence }),
  ]);
}

/** Each in its place, and as old as the list. */
function renew(
  queries: QueryClient,
  filter: Filter,
  nowOf: (row: Row) => Row | Recommendation | undefined,
) {
  const { queryKey } = inboxQuery(filter);
  const updatedAt = queries.getQueryState(queryKey)?.dataUpdatedAt;
  queries.setQueryData<InfiniteData<Row[], string | null>>(
    queryKey,
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) =>
          // The next page goes on after the place where the last row stands here.
          page.map((row) => ({ ...row, ...nowOf(row), cursor: row.cursor })),
        ),
      },
    updatedAt === undefined ? {} : { updatedAt },
  );
}
