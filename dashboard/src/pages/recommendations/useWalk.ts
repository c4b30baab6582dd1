/** Where one stands in the list, and the ways from there. */
import { useLocation } from 'wouter';
import type { ListedRecommendation } from '@/api/client';
import { type Filter, queryOf } from './filters';

type Place = { id: number } | undefined;

export interface Walk {
  /** In the list; -1 where the item is not in it. */
  at: number;
  previous: Place;
  next: Place;
  /** Of an item, or of the list. */
  pathOf: (row?: Place) => string;
  /** To an item, if there is one. */
  go: (row: Place) => void;
  toList: (options?: { replace: boolean }) => void;
}

export function useWalk(
  rows: readonly ListedRecommendation[],
  id: number | null,
  filter: Filter,
): Walk {
  const [, navigate] = useLocation();
  const at = rows.findIndex((row) => row.id === id);
  const pathOf = (row?: Place) => `/recommendations${row ? `/${row.id}` : ''}${queryOf(filter)}`;
  return {
    at,
    previous: at > 0 ? rows[at - 1] : undefined,
    next: id === null ? rows[0] : at >= 0 ? rows[at + 1] : undefined,
    pathOf,
    go: (row) => row && navigate(pathOf(row), { replace: id !== null }),
    toList: (options) => navigate(pathOf(), options),
  };
}
