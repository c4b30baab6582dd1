/** The period and filters of a whole dashboard, as they stand in the address. */
import type { OfPanel, PanelFilter } from '@/api/client';

export type Value = string | number | boolean;

export interface Scope {
  /** In the server's words, such as last_30_days; null: as each panel says. */
  period: string | null;
  /** Whole days, both included; both are set or none. */
  from: string | null;
  to: string | null;
  filters: readonly { field: string; values: readonly Value[] }[];
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const WORD = /^[a-z0-9_]{1,40}$/;

export function scopeOf(search: string): Scope {
  const params = new URLSearchParams(search);
  const [from, to] = [params.get('from'), params.get('to')];
  const hasSpan = from !== null && to !== null && DAY.test(from) && DAY.test(to) && from <= to;
  const period = params.get('period');
  const filters = new Map<string, Value[]>();
  for (const text of params.getAll('f')) {
    const cut = text.indexOf(':');
    const field = text.slice(0, cut);
    if (cut < 1 || !NAME.test(field)) continue;
    filters.set(field, [...(filters.get(field) ?? []), typedOf(text.slice(cut + 1))]);
  }
  return {
    period: !hasSpan && period !== null && WORD.test(period) ? period : null,
    from: hasSpan ? from : null,
    to: hasSpan ? to : null,
    filters: [...filters].map(([field, values]) => ({ field, values })),
  };
}

/** The address's part after `?`; what is not of the scope in `search` stays. */
export function searchOf(scope: Scope, search = ''): string {
  const params = new URLSearchParams(search);
  for (const name of ['period', 'from', 'to', 'f']) params.delete(name);
  if (scope.from && scope.to) {
    params.set('from', scope.from);
    params.set('to', scope.to);
  } else if (scope.period) params.set('period', scope.period);
  for (const { field, values } of scope.filters) {
    for (const value of values) params.append('f', `${field}:${textOf(value)}`);
  }
  return params.toString();
}

// Text stands as it is, unless it would be read as a number or a truth.
function textOf(value: Value): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return typeof typedOf(value) === 'string' && !value.startsWith('"')
    ? value
    : JSON.stringify(value);
}

function typedOf(text: string): Value {
  if (/^"|^-?\d|^true$|^false$/.test(text)) {
    try {
      const value: unknown = JSON.parse(text);
      if (['string', 'number', 'boolean'].includes(typeof value)) return value as Value;
    } catch {
      return text;
    }
  }
  return text;
}

/** What is asked of the server. */
export function askedOf(scope: Scope): Pick<OfPanel, 'period' | 'filters'> {
  const filters = scope.filters.map(({ field, values }): PanelFilter => {
    const [first] = values;
    return values.length === 1 && first !== undefined
      ? { field, op: 'eq', value: first }
      : { field, op: 'in', value: [...values] };
  });
  const period = scope.from && scope.to ? { from: scope.from, to: scope.to } : scope.period;
  return { ...(period && { period }), ...(filters.length > 0 && { filters }) };
}

export function withFilter(scope: Scope, field: string, values: readonly Value[]): Scope {
  const others = scope.filters.filter((each) => each.field !== field);
  return { ...scope, filters: values.length > 0 ? [...others, { field, values }] : others };
}
