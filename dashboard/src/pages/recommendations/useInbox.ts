/** The list that the address asks for, as its items will stand once everything was sent. */
import {
  hashKey,
  type InfiniteData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { ListedRecommendation } from '@/api/client';
import { asDecided, type Decisions } from '@/offline/decisions';
import { keptList } from '@/offline/kept';
import { useIsOverdue } from '@/offline/slow';
import { useOutbox } from '@/offline/useOutbox';
import { platformNow } from '@/session/clock';
import { type Filter, filterIn, inputOf, queryOf } from './filters';
import { inboxQuery } from './queries';

export function useFilter(): [Filter, (changed: Partial<Filter>) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const filter = useMemo(() => filterIn(new URLSearchParams(search)), [search]);
  return [
    filter,
    (changed) => navigate(path + queryOf({ ...filter, ...changed }), { replace: true }),
  ];
}

export function useInbox(filter: Filter) {
  const { decisions } = useOutbox();
  const { query, isCut } = useListed(filter, decisions);
  const rows = useMemo<readonly ListedRecommendation[]>(
    () => query.data?.pages.flatMap((rows) => rows.map((row) => asDecided(row, decisions))) ?? [],
    [query.data, decisions],
  );
  return { query, rows, isCut };
}

interface Listed {
  query: UseInfiniteQueryResult<InfiniteData<ListedRecommendation[]>>;
  isCut: boolean;
}

/** What the platform lists; where it does not answer, the same of what the device keeps, with its age. */
function useListed(filter: Filter, decisions: Decisions): Listed {
  const queries = useQueryClient();
  const asked = inboxQuery(filter);
  const query = useInfiniteQuery(asked);
  const isOverdue = useIsOverdue(hashKey(asked.queryKey));
  const isLeft = query.data === undefined && (query.isError || isOverdue);
  // Made once: what depends on it would go round and round with a new one at each turn.
  const shown = useMemo(() => {
    const kept = isLeft ? keptList(queries, inputOf(filter), platformNow(), decisions) : null;
    if (!kept) return null;
    const data = { pages: [kept.rows], pageParams: [null] };
    const told = { data, dataUpdatedAt: kept.readAt, isError: true, isSuccess: true };
    return { told, isCut: kept.isCut };
  }, [isLeft, queries, filter, decisions]);
  if (!shown) return { query, isCut: false };
  const stoodIn = { ...query, ...shown.told, hasNextPage: false } as unknown as typeof query;
  return { query: stoodIn, isCut: shown.isCut };
}
