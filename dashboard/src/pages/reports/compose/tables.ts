/** A report's query_config by its tables; each change gives another config and leaves the rest of it as it is. */
import type {
  Chart,
  Condition,
  Outputs,
  Param,
  QueryConfig,
  ReportOutput,
  TableQuery,
} from '@/api/client';
import { keysOf, type Schema } from '@/fields/fields';
import { layoutOfCharts, layoutWithout, placesOf } from './page';

export const namesOfTables = (config: QueryConfig) => Object.keys(config.datasets);

/** As the server allows: at most 20. */
export const MOST_TABLES = 20;

export function freeName(config: QueryConfig): string {
  let number = namesOfTables(config).length + 1;
  while (`table_${number}` in config.datasets) number += 1;
  return `table_${number}`;
}

export const withTable = (config: QueryConfig, name: string, table: TableQuery): QueryConfig => ({
  ...config,
  datasets: { ...config.datasets, [name]: table },
});

/** Its charts, and what outputs say of it, go with a table. */
export function withoutTable(
  config: QueryConfig,
  name: string,
  formats: readonly ReportOutput[],
): QueryConfig {
  const { [name]: _, ...datasets } = config.datasets;
  const next = layoutWithout(withCharts({ ...config, datasets }, name, []), name);
  return next.outputs ? { ...next, outputs: outputsWithout(next.outputs, name, formats) } : next;
}

const outputsWithout = (
  outputs: Outputs,
  name: string,
  formats: readonly ReportOutput[],
): Outputs => ({
  ...outputs,
  ...Object.fromEntries(
    formats
      .filter(({ format }) => outputs[format])
      .map(({ format, fields }) => [format, without({ ...outputs[format] }, name, fields)]),
  ),
});

/** Without what names the table, and the columns of it. */
function without(output: Record<string, unknown>, name: string, fields: Schema) {
  const keys = keysOf(fields);
  return Object.fromEntries(
    Object.entries(output).flatMap(([key, value]) => {
      const { items, 'x-names': names, 'x-of': of = key } = keys[key] ?? {};
      if (items?.['x-names'] === 'table' && Array.isArray(value))
        return [[key, value.filter((each) => each !== name)]];
      return names !== undefined && output[of] === name ? [] : [[key, value]];
    }),
  );
}

/** The table's charts, each with its place among all. */
export const chartsOf = (config: QueryConfig, name: string) =>
  (config.charts ?? [])
    .map((chart, place) => ({ chart, place }))
    .filter(({ chart }) => chart.data === name);

/** With these charts of the table where its former ones were; further ones stand at the end. */
export function withCharts(
  config: QueryConfig,
  name: string,
  charts: readonly Chart[],
): QueryConfig {
  const left = [...charts];
  const all = (config.charts ?? []).flatMap((chart) => {
    if (chart.data !== name) return [chart];
    const next = left.shift();
    return next ? [next] : [];
  });
  const { charts: former, ...rest } = layoutOfCharts(
    config,
    placesOf(config.charts ?? [], name, charts),
  );
  const next = [...all, ...left];
  return next.length > 0 || former ? { ...rest, charts: next } : rest;
}

/** What one table shows, with its charts, so that it can be looked at alone. */
export function onlyTable(config: QueryConfig, name: string): QueryConfig {
  const { charts: _charts, outputs: _outputs, layout: _layout, ...rest } = config;
  const charts = chartsOf(config, name).map(({ chart }) => chart);
  const table = config.datasets[name];
  return {
    ...rest,
    datasets: table ? { [name]: table } : {},
    ...(charts.length > 0 && { charts }),
  };
}

/** A refusal's path in `onlyTable`, as it is in the whole. */
export function pathInWhole(
  path: readonly (string | number)[],
  config: QueryConfig,
  name: string,
): readonly (string | number)[] {
  const [first, at, ...rest] = path;
  if (first !== 'charts') return path;
  const place = chartsOf(config, name)[Number(at)]?.place;
  return place === undefined ? path : ['charts', place, ...rest];
}

/** Whether what holds of all tables holds of this one: a table of another source is narrowed by itself. */
export const isCommon = (config: QueryConfig, table: TableQuery) =>
  table.source === undefined || table.source === config.source;

export const withWhere = (config: QueryConfig, where: Condition | null): QueryConfig => {
  const { where: _, ...rest } = config;
  return where === null ? rest : { ...rest, where };
};

/** What the parameter is when nobody sets it. */
export const withDefault = (
  config: QueryConfig,
  name: string,
  value: NonNullable<Param['default']>,
): QueryConfig => ({
  ...config,
  params: {
    ...config.params,
    [name]: { type: 'period', ...config.params?.[name], default: value },
  },
});
