/** Conditions in signs and the names of fields, which are the same in every language; periods are named in words. */

type Tree = {
  and?: readonly unknown[];
  or?: readonly unknown[];
  not?: unknown;
  unless?: unknown;
  field?: string;
  op?: string;
  value?: unknown;
};

/** What a parameter is when nobody sets it, by its name. */
export type Params = Record<string, { type?: string; default?: unknown }>;

const SIGNS: Record<string, string> = {
  eq: '=',
  ne: '≠',
  lt: '<',
  le: '≤',
  gt: '>',
  ge: '≥',
  in: '∈',
  not_in: '∉',
  in_period: '∈',
};

/** By the server's word, such as last_month, what a reader calls a period. */
type Periods = Record<string, string>;

export function sayCondition(tree: unknown, params: Params = {}, periods: Periods = {}): string {
  const { and, or, not, unless, field, op, value } = (tree ?? {}) as Tree;
  if (and) return and.map((each) => sayCondition(each, params, periods)).join(' ∧ ');
  if (or) return `(${or.map((each) => sayCondition(each, params, periods)).join(' ∨ ')})`;
  if (not !== undefined) return `¬(${sayCondition(not, params, periods)})`;
  if (unless !== undefined) return `(¬(${sayCondition(unless, params, periods)}) ∨ ∅)`;
  if (op === 'is_null') return `${field} = ∅`;
  if (op === 'not_null') return `${field} ≠ ∅`;
  const said = sayValue(value, params, op === 'in_period' ? periods : {});
  return `${field} ${SIGNS[op ?? ''] ?? op?.replaceAll('_', ' ') ?? '='} ${said}`;
}

export function sayValue(value: unknown, params: Params = {}, periods: Periods = {}): string {
  if (Array.isArray(value)) return value.map((each) => sayValue(each, params)).join(', ');
  if (typeof value !== 'object' || value === null) {
    return periods[String(value)] ?? String(value).replaceAll('_', ' ');
  }
  const said = value as { param?: string; field?: string; from?: string; to?: string };
  const { param, field, from, to } = said;
  if (field !== undefined) return field;
  if (param === undefined) return `${from} – ${to}`;
  const fallback = params[param]?.default;
  return fallback === undefined ? param : sayValue(fallback, params, periods);
}
