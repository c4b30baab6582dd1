/** The list that the address asks for, as its items will stand once everything was sent. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { ListedRecommendation } from '@/api/client';
import { asDecided } from '@/offline/decisions';
import { useOutbox } from '@/offline/useOutbox';
import { type Filter, filterIn, queryOf } from './filters';
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
  const query = useInfiniteQuery(inboxQuery(filter));
  const { decisions } = useOutbox();
  const rows = useMemo<readonly ListedRecommendation[]>(
    () => query.data?.pages.flatMap((rows) => rows.map((row) => asDecided(row, decisions))) ?? [],
    [query.data, decisions],
  );
  return { query, rows };
}
