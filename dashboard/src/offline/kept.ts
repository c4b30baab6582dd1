/** Lists of recommendations made on the device, of those that it keeps, where the platform gives none. */
import type { QueryClient } from '@tanstack/react-query';
import type { KeptRecommendation, RecommendationFilter } from '@/api/client';

export interface KeptList {
  rows: KeptRecommendation[];
  /** When the oldest of them was read, in ms. */
  readAt: number;
}

/** As `recommendations.list` would answer, of what is kept; now: in ms. */
export function keptList(
  queries: QueryClient,
  given: RecommendationFilter,
  now: number,
): KeptList | null {
  const kept = queries
    .getQueryCache()
    .findAll({ queryKey: ['recommendations.get'] })
    .filter(({ state }) => state.data !== undefined);
  if (kept.length === 0) return null;
  const rows = kept
    .map(({ state }) => state.data as KeptRecommendation)
    .filter((row) => isWanted(row, given, now))
    .map((row) => ({ ...row, sparkline: row.sparkline ?? [], cursor: row.cursor ?? '' }))
    .sort((a, b) => (given.order === 'newest' ? b.id - a.id : inOrder(a, b)));
  return { rows, readAt: Math.min(...kept.map(({ state }) => state.dataUpdatedAt)) };
}

const RANKS = ['critical', 'warning', 'info'];

/** A cursor begins with the place in the list; what was read by itself has none. */
function inOrder(a: KeptRecommendation, b: KeptRecommendation): number {
  const [here, there] = [Number.parseInt(a.cursor, 10), Number.parseInt(b.cursor, 10)];
  if (!Number.isNaN(here) && !Number.isNaN(there)) return there - here || b.id - a.id;
  return RANKS.indexOf(a.severity) - RANKS.indexOf(b.severity) || b.id - a.id;
}

/** The name of the model whose evidence it is. */
function modelOf({ metadata }: KeptRecommendation): string | null {
  const model: unknown = metadata && 'model' in metadata ? metadata.model : null;
  return typeof model === 'object' && model !== null && 'name' in model ? String(model.name) : null;
}

function isWanted(row: KeptRecommendation, given: RecommendationFilter, now: number): boolean {
  const isLater = row.snoozedUntil !== null && new Date(row.snoozedUntil).getTime() > now;
  const titles = [row.title, ...Object.values(row.translations ?? {}).map((each) => each.title)];
  const text = given.q?.toLocaleLowerCase();
  return (
    (given.status == null || row.status === given.status) &&
    (given.severity == null || row.severity === given.severity) &&
    (given.category == null || row.category === given.category) &&
    (given.dataset == null || row.dataset === given.dataset) &&
    (given.uniqueId == null || row.uniqueId === given.uniqueId) &&
    (given.model == null || modelOf(row) === given.model) &&
    (given.from == null || row.createdAt.slice(0, 10) >= given.from) &&
    (given.to == null || row.createdAt.slice(0, 10) <= given.to) &&
    (given.isSnoozed == null || isLater === given.isSnoozed) &&
    (given.isResolved == null || (row.resolvedAt !== null) === given.isResolved) &&
    (text == null || titles.some((title) => title.toLocaleLowerCase().includes(text)))
  );
}
