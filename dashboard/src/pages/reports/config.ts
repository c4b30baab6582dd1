/** What the summary of a query_config reads of it; the server knows and checks the whole. */

interface Selected {
  field?: string;
  measure?: string;
  agg?: string;
  label?: string;
  as?: string;
}

interface TableConfig {
  title?: string;
  source?: string;
  select?: readonly Selected[];
  where?: unknown;
  sort?: readonly { by: string; dir?: string }[];
  top?: { n: number };
}

interface ChartConfig {
  type: 'bar' | 'line' | 'pie' | 'scatter';
  x: string;
  y: string;
  title?: string;
}

export interface QueryConfig {
  source?: string;
  params?: Record<string, { type?: string; default?: unknown }>;
  where?: unknown;
  datasets?: Record<string, TableConfig>;
  charts?: readonly ChartConfig[];
}

export const columnOf = ({ label, as, field, measure, agg }: Selected) =>
  label ?? as ?? measure ?? (agg && field ? `${agg} ${field}` : (field ?? agg ?? '?'));

type Tree = {
  and?: readonly unknown[];
  or?: readonly unknown[];
  not?: unknown;
  field?: string;
  op?: string;
  value?: unknown;
};

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

/** A condition as one line, in signs and the names of fields, which are the same in every language. */
export function sayCondition(tree: unknown, params: QueryConfig['params'] = {}): string {
  const { and, or, not, field, op, value } = (tree ?? {}) as Tree;
  if (and) return and.map((each) => sayCondition(each, params)).join(' ∧ ');
  if (or) return `(${or.map((each) => sayCondition(each, params)).join(' ∨ ')})`;
  if (not !== undefined) return `¬(${sayCondition(not, params)})`;
  if (op === 'is_null') return `${field} = ∅`;
  if (op === 'not_null') return `${field} ≠ ∅`;
  return `${field} ${SIGNS[op ?? ''] ?? op?.replaceAll('_', ' ') ?? '='} ${sayValue(value, params)}`;
}

function sayValue(value: unknown, params: NonNullable<QueryConfig['params']>): string {
  if (Array.isArray(value)) return value.map((each) => sayValue(each, params)).join(', ');
  if (typeof value !== 'object' || value === null) return String(value).replaceAll('_', ' ');
  const { param, from, to } = value as { param?: string; from?: string; to?: string };
  if (param === undefined) return `${from} – ${to}`;
  const fallback = params[param]?.default;
  return fallback === undefined ? param : sayValue(fallback, params);
}

/** The config that one table of another gives, so that it can be shown alone. */
export function onlyTable(config: QueryConfig, name: string): Record<string, unknown> {
  const {
    charts: _charts,
    outputs: _outputs,
    ...rest
  } = config as QueryConfig & {
    outputs?: unknown;
  };
  return { ...rest, datasets: { [name]: config.datasets?.[name] } };
}
