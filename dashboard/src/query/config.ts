/** What the pages read of a query_config; the server knows and checks the whole. */
import type { Params } from './condition';

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

export interface Sort {
  by: string;
  dir?: 'asc' | 'desc';
}

export interface TableQuery {
  title?: string;
  source?: string;
  select: SelectItem[];
  where?: unknown;
  group?: boolean;
  sort?: Sort[];
  top?: { n: number; rest?: string };
  limit?: number;
  offset?: number;
}

export type ChartType = 'bar' | 'line' | 'pie' | 'scatter';

export interface ChartConfig {
  type: ChartType;
  data: string;
  x: string;
  y: string;
  series?: string;
  label?: string;
  title?: string;
  note?: string;
}

export interface Outputs {
  csv?: { dataset?: string; profile?: 'spreadsheet' | 'raw' };
  json?: { datasets?: readonly string[] };
  pdf?: {
    tiles?: string;
    recommendations?: string;
    tables?: readonly string[];
    orientation?: 'portrait' | 'landscape';
    max_rows?: number;
  };
}

export interface QueryConfig {
  version: number;
  source: string;
  time_zone?: string;
  params?: Params;
  where?: unknown;
  datasets: Record<string, TableQuery>;
  charts?: readonly ChartConfig[];
  outputs?: Outputs;
}

export const isAggregate = (item: SelectItem) => Boolean(item.measure || item.agg);

export function columnName(item: SelectItem): string {
  if (item.as) return item.as;
  if (item.measure) return item.measure;
  if (item.agg) return item.field ? `${item.agg}_${item.field}` : item.agg;
  return item.field ?? '';
}

/** As the report heads it, where no catalogue is at hand. */
export const headingOf = ({ label, as, field, measure, agg }: SelectItem) =>
  label ?? as ?? measure ?? (agg && field ? `${agg} ${field}` : (field ?? agg ?? '?'));

/** All columns that a table has, those of a comparison among them. */
export const columnsOf = (table: TableQuery): string[] =>
  table.select.flatMap((item) => {
    const name = columnName(item);
    return item.compare ? [name, `${name}_previous`, `${name}_change`] : [name];
  });

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
