/** What narrows the inbox, and how it stands in the address. */
import type { Category, RecommendationFilter, Severity } from '@/api/client';

export const VIEWS = ['open', 'gone', 'snoozed', 'accepted', 'dismissed', 'all'] as const;
export const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];
export const CATEGORIES: readonly Category[] = ['anomaly', 'trend', 'optimisation', 'forecast'];

export type View = (typeof VIEWS)[number];

export interface Filter {
  view: View;
  severity: Severity | null;
  category: Category | null;
  dataset: string | null;
  model: string | null;
  series: string | null;
  /** Those of one cause, each by itself. */
  cause: string | null;
  /** The first and the last day on which it was opened. */
  from: string | null;
  to: string | null;
  q: string | null;
  sort: 'severity' | 'newest';
}

const oneOf = <T extends string>(all: readonly T[], value: string | null): T | null =>
  all.find((each) => each === value) ?? null;

const DAY = /^\d{4}-\d\d-\d\d$/;

const dayIn = (text: string | null) =>
  text && DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;

const numberIn = (text: string | null) => (text && /^[1-9]\d{0,8}$/.test(text) ? text : null);

/** Words of an address that mean nothing here are passed over. */
export function filterIn(params: URLSearchParams): Filter {
  return {
    view: oneOf(VIEWS, params.get('view')) ?? 'open',
    severity: oneOf(SEVERITIES, params.get('severity')),
    category: oneOf(CATEGORIES, params.get('category')),
    dataset: params.get('dataset')?.slice(0, 64) || null,
    model: params.get('model')?.slice(0, 120) || null,
    series: params.get('series')?.trim().slice(0, 200) || null,
    cause: numberIn(params.get('cause')),
    from: dayIn(params.get('from')),
    to: dayIn(params.get('to')),
    q: params.get('q')?.trim().slice(0, 200) || null,
    sort: params.get('sort') === 'newest' ? 'newest' : 'severity',
  };
}

/** The address' query of a filter, without what is the default; empty or from `?` on. */
export function queryOf(filter: Filter): string {
  const params = new URLSearchParams();
  if (filter.view !== 'open') params.set('view', filter.view);
  if (filter.sort !== 'severity') params.set('sort', filter.sort);
  for (const name of NARROWING) {
    const value = filter[name];
    if (value) params.set(name, value);
  }
  const text = params.toString();
  return text && `?${text}`;
}

/** Nothing narrowed, as the inbox opens. */
export const UNFILTERED = filterIn(new URLSearchParams());

/** What narrows further than the view, and can be taken away one by one. */
export const NARROWING = [
  'severity',
  'category',
  'dataset',
  'model',
  'series',
  'cause',
  'from',
  'to',
  'q',
] as const;

export const isNarrowed = (filter: Filter) => NARROWING.some((name) => filter[name] !== null);

export function inputOf({
  view,
  severity,
  category,
  dataset,
  model,
  series,
  cause,
  from,
  to,
  q,
  sort,
}: Filter): RecommendationFilter {
  const isUndecided = view === 'open' || view === 'gone' || view === 'snoozed';
  return {
    ...(view !== 'all' && { status: isUndecided ? 'open' : view }),
    ...(isUndecided && { isSnoozed: view === 'snoozed' }),
    // What is still found waits for a decision; what is gone since is there to be looked at.
    ...((view === 'open' || view === 'gone') && { isResolved: view === 'gone' }),
    ...(sort === 'newest' && { order: 'newest' }),
    ...(severity && { severity }),
    ...(category && { category }),
    ...(dataset && { dataset }),
    ...(model && { model }),
    ...(series && { uniqueId: series }),
    ...(cause ? { cause: Number(cause) } : { withCause: true }),
    ...(from && { from }),
    ...(to && { to }),
    ...(q && { q }),
  };
}

/** What a control of the filters is given. */
export interface FilterGiven {
  filter: Filter;
  onNarrow: (changed: Partial<Filter>) => void;
}
