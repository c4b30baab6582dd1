/** Lists of recommendations made on the device, of those that it keeps, where the platform gives none. */
import type { QueryClient } from '@tanstack/react-query';
import type {
  Changes,
  HomeFigures,
  KeptRecommendation,
  RecommendationFilter,
  Severity,
} from '@/api/client';
import { fieldsOf } from '@/i18n/zone';
import { asDecided, type Decisions } from './decisions';
import { KEPT_CHANGES } from './seen';

/** What the device has been told of the inbox: by when, which wait then, and whether these are all. */
interface KeptInbox {
  asOf: string;
  waiting: readonly number[];
  isWhole: boolean;
}

// Of an inbox that was too long to be told in one answer: fewer left than this, and there is room for more of it.
const FEW = 400;

export interface KeptList {
  rows: KeptRecommendation[];
  /** Whether the platform may have more of it. */
  isCut: boolean;
  /** When the oldest of them was read, in ms. */
  readAt: number;
}

const keyOf = (id: number) => ['recommendations.get', { id }] as const;

const inboxIn = (queries: QueryClient) => {
  const inbox = queries.getQueryData<KeptInbox>(KEPT_CHANGES);
  const isThere = inbox?.waiting.every((id) => queries.getQueryData(keyOf(id)) !== undefined);
  return inbox && isThere ? inbox : null;
};

/** From when on changes are enough; null where all that waits is to be told anew, for some of it is not kept. */
export function askedSince(queries: QueryClient): string | null {
  const inbox = inboxIn(queries);
  return inbox && (inbox.isWhole || inbox.waiting.length >= FEW) ? inbox.asOf : null;
}

/** since: what was asked for. */
export function keepChanges(queries: QueryClient, found: Changes, since: string | null) {
  const before = since === null ? null : queries.getQueryData<KeptInbox>(KEPT_CHANGES);
  const waiting = new Set(before?.waiting);
  for (const one of found.items) {
    queries.setQueryData(keyOf(one.id), one);
    if (one.status === 'open' && one.resolvedAt === null) waiting.add(one.id);
    else waiting.delete(one.id);
  }
  if (!before && found.isWhole) forgetOthers(queries, waiting);
  const isWhole = before?.isWhole ?? found.isWhole;
  const kept: KeptInbox = { asOf: found.asOf, waiting: [...waiting], isWhole };
  queries.setQueryData(KEPT_CHANGES, kept);
}

/** Of all that waits these are told: what else is kept as waiting was decided or is gone. */
function forgetOthers(queries: QueryClient, waiting: ReadonlySet<number>) {
  queries.removeQueries({
    queryKey: ['recommendations.get'],
    type: 'inactive',
    predicate: ({ state }) => {
      const row = state.data as KeptRecommendation | undefined;
      return row?.status === 'open' && row.resolvedAt === null && !waiting.has(row.id);
    },
  });
}

/** What a call of its own gives has no place in the list: that of before is kept. */
export const withItsPlace = (before: unknown, now: unknown): unknown => ({
  ...(before as object | undefined),
  ...(now as object),
});

/**
 * As `recommendations.list` would answer, of what is kept, once everything was sent; now: in ms, by the platform's clock.
 */
export function keptList(
  queries: QueryClient,
  given: RecommendationFilter,
  now: number,
  decisions: Decisions,
): KeptList | null {
  const kept = queries
    .getQueryCache()
    .findAll({ queryKey: ['recommendations.get'] })
    .filter(({ state }) => state.data !== undefined);
  if (kept.length === 0) return null;
  const zone = queries.getQueryData<HomeFigures>(['home.figures'])?.timeZone ?? 'UTC';
  const rows = kept
    .map(({ state }) => asDecided(state.data as KeptRecommendation, decisions))
    .filter((row) => isWanted(row, given, now, zone))
    .map((row) => ({ ...row, sparkline: row.sparkline ?? [], cursor: row.cursor ?? '' }))
    .sort((a, b) => (given.order === 'newest' ? b.id - a.id : inOrder(a, b)));
  const told = given.withCause ? toldOnce(rows) : rows;
  const isOfInbox = given.status === 'open' && given.isResolved === false;
  const isCut = !(isOfInbox && inboxIn(queries)?.isWhole);
  return { rows: told, isCut, readAt: Math.min(...kept.map(({ state }) => state.dataUpdatedAt)) };
}

/** Of each cause and status the gravest, with how many of them are in the list. */
function toldOnce(rows: readonly KeptRecommendation[]): KeptRecommendation[] {
  const leads = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const row of rows.filter(hasCause).sort(inOrder)) {
    const key = causeOf(row);
    if (!leads.has(key)) leads.set(key, row.id);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return rows
    .filter((row) => !hasCause(row) || leads.get(causeOf(row)) === row.id)
    .map((row) => {
      const count = counts.get(causeOf(row)) ?? 0;
      return { ...row, cause: row.cause && count > 1 ? { ...row.cause, count } : null };
    });
}

const causeOf = ({ cause, status }: KeptRecommendation) => `${cause?.id} ${status}`;

// What an earlier version of the app kept has none.
const hasCause = ({ cause }: KeptRecommendation) => cause !== null && cause !== undefined;

const DEGREES: Record<Severity, number> = { info: 1, warning: 2, critical: 3 };
const DEGREE = 10 ** 12;
// From the year 1 to 1970, in seconds.
const EPOCH = 62_135_596_800;

/** A cursor begins with the place in the list; of what was read by itself it is about this, as `domain/places.py` has it. */
function placeOf(row: KeptRecommendation): number {
  const told = Number.parseInt(row.cursor, 10);
  if (!Number.isNaN(told)) return told;
  const degree = DEGREES[row.severity] + (row.resolvedAt === null ? 3 : 0);
  const until = Date.parse(row.lastDs === null ? row.createdAt : `${row.lastDs}Z`);
  return degree * DEGREE + EPOCH + until / 1000;
}

const inOrder = (a: KeptRecommendation, b: KeptRecommendation) =>
  placeOf(b) - placeOf(a) || b.id - a.id;

/** The day in a zone, as a filter has it. */
function dayOf(at: string, zone: string): string {
  const [year, month, day] = fieldsOf(new Date(at), zone);
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}

/** Whether it is put off; now: in ms. */
export const isSnoozed = (
  { snoozedUntil }: Pick<KeptRecommendation, 'snoozedUntil'>,
  now: number,
) => snoozedUntil !== null && new Date(snoozedUntil).getTime() > now;

/** The name of the model whose evidence it is. */
function modelOf({ metadata }: KeptRecommendation): string | null {
  const model: unknown = metadata && 'model' in metadata ? metadata.model : null;
  return typeof model === 'object' && model !== null && 'name' in model ? String(model.name) : null;
}

function isWanted(
  row: KeptRecommendation,
  given: RecommendationFilter,
  now: number,
  zone: string,
): boolean {
  const titles = [row.title, ...Object.values(row.translations ?? {}).map((each) => each.title)];
  const text = given.q?.toLocaleLowerCase();
  return (
    (given.status == null || row.status === given.status) &&
    (given.severity == null || row.severity === given.severity) &&
    (given.category == null || row.category === given.category) &&
    (given.dataset == null || row.dataset === given.dataset) &&
    (given.uniqueId == null || row.uniqueId === given.uniqueId) &&
    (given.cause == null || row.cause?.id === given.cause) &&
    (given.model == null || modelOf(row) === given.model) &&
    (given.from == null || dayOf(row.createdAt, zone) >= given.from) &&
    (given.to == null || dayOf(row.createdAt, zone) <= given.to) &&
    (given.isSnoozed == null || isSnoozed(row, now) === given.isSnoozed) &&
    (given.isResolved == null || (row.resolvedAt !== null) === given.isResolved) &&
    (text == null || titles.some((title) => title.toLocaleLowerCase().includes(text)))
  );
}
