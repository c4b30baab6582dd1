/** What the pages ask of a query_config, whose types are the server's. */
import type { Chart, QueryConfig, Select, TableQuery } from '@/api/client';

export type ChartType = Chart['type'];

export const isAggregate = (item: Select) => Boolean(item.measure || item.agg || item.compute);

export function columnName(item: Select): string {
  if (item.as) return item.as;
  if (item.measure) return item.measure;
  if (item.agg) return item.field ? `${item.agg}_${item.field}` : item.agg;
  return item.field ?? '';
}

/** As the report heads it, where no catalogue is at hand. */
export const headingOf = ({ label, as, field, measure, agg }: Select) =>
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
