/** What the pages read of a panel's query_config. */
export interface SelectItem {
  field?: string;
  measure?: string;
  agg?: string;
  bucket?: string;
  compare?: string;
  as?: string;
  label?: string;
  unit?: string;
  decimals?: number;
}

export interface TableQuery {
  title?: string;
  source?: string;
  select: SelectItem[];
  where?: unknown;
  group?: boolean;
  sort?: { by: string; dir?: 'asc' | 'desc' }[];
  top?: { n: number; rest?: string };
  limit?: number;
}

export interface ChartConfig {
  type: string;
  data: string;
  x: string;
  y: string;
  series?: string;
  label?: string;
}

export interface QueryConfig {
  version: number;
  source: string;
  where?: unknown;
  datasets: Record<string, TableQuery>;
  charts?: ChartConfig[];
}

export const isAggregate = (item: SelectItem) => Boolean(item.measure || item.agg);

export function columnName(item: SelectItem): string {
  if (item.as) return item.as;
  if (item.measure) return item.measure;
  if (item.agg) return item.field ? `${item.agg}_${item.field}` : item.agg;
  return item.field ?? '';
}

/** The table that a panel shows: that of its first chart, else its first one. */
export function tableOf(config: QueryConfig): TableQuery | undefined {
  const name = config.charts?.[0]?.data ?? Object.keys(config.datasets)[0];
  return name === undefined ? undefined : config.datasets[name];
}

export const sourceOf = (config: QueryConfig) => tableOf(config)?.source ?? config.source;

export const isGrouped = (table: TableQuery) =>
  table.group === true || table.select.some(isAggregate);

/** A panel's config as stored: the server has checked its shape. */
export const configOfPanel = (panel: { queryConfig: Record<string, unknown> }) =>
  panel.queryConfig as unknown as QueryConfig;
