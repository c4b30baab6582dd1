/** A table, alone or drawn as a panel, as a form, and the query_config that it stands for. */
import type {
  Chart,
  Condition,
  PanelType,
  QueryConfig,
  Select,
  Sort,
  SourceSchema,
  TableQuery,
} from '@/api/client';
import { columnName, isAggregate } from './config';
import {
  type ConditionRow,
  type Conditions,
  conditionsOf,
  hasOnly,
  havingOf,
  havingRowsOf,
  isObject,
  type Period,
  whereOf,
} from './where';

export const AGGREGATES = [
  'sum',
  'mean',
  'min',
  'max',
  'count',
  'count_distinct',
] as const satisfies readonly Select['agg'][];
export const BUCKETS = [
  '1min',
  '5min',
  '10min',
  '15min',
  '30min',
  'hour',
  'day',
  'B',
  'week',
  'W-MON',
  'W-TUE',
  'W-WED',
  'W-THU',
  'W-FRI',
  'W-SAT',
  'W-SUN',
  'month',
  'quarter',
  'QS-FEB',
  'QS-MAR',
  '2QS',
  'year',
] as const satisfies readonly Select['bucket'][];
/** How a column is called, where that is said; the form keeps it while the column stays what it is. */
export type Naming = Pick<Select, 'as' | 'label' | 'unit' | 'decimals' | 'favourable'>;
export type Comparison = NonNullable<Select['compare']>;

/** A declared measure, or an aggregate of a field; `count` without a field counts rows. */
export interface MeasureRow {
  measure: string | null;
  agg: NonNullable<Select['agg']> | null;
  field: string | null;
  compare: Comparison | null;
  /** What is worked out of measures, such as `revenue - cost`; its name is in `naming`. */
  compute?: string;
  naming?: Naming;
}

export interface GroupRow {
  field: string;
  bucket: NonNullable<Select['bucket']> | null;
  naming?: Naming;
}

/** What a form does not show of a table and gives back as it is. */
export interface Kept {
  sort?: readonly Sort[];
  offset?: number;
  isDistinct?: boolean;
  having?: Condition;
}

export interface PanelForm {
  type: PanelType;
  source: string;
  measures: readonly MeasureRow[];
  /** Of a chart, what stands along it and then its series; of a scatter, the names of its points. */
  groups: readonly GroupRow[];
  period: Period;
  periodField: string | null;
  conditions: readonly ConditionRow[];
  /** Conditions that are no lines of the form, such as alternatives. */
  others?: readonly Condition[];
  sort: { by: string; dir: 'asc' | 'desc' } | null;
  top: { n: number; rest: string } | null;
  limit: number | null;
  /** Of all rows, whatever limit and top leave of them; and of groups, by their names. */
  totals?: boolean;
  subtotals?: readonly string[];
  /** On measures, by the names of their columns: which groups are shown. */
  having?: readonly ConditionRow[];
  kept?: Kept;
  /** Whether what holds of all tables of a report has a period already. */
  hasOuterPeriod?: boolean;
}

const TABLE = 'main';

export const noMeasure: MeasureRow = {
  measure: null,
  agg: 'count',
  field: null,
  compare: null,
};

export function configOf(form: PanelForm, schema: SourceSchema | undefined): QueryConfig {
  const where = whereOf(form, schema);
  const chart = chartOf(form);
  return {
    version: 2,
    source: form.source,
    ...(where !== null && { where }),
    datasets: { [TABLE]: columnsAndOrder(form) },
    ...(chart && { charts: [chart] }),
  };
}

/** The form's table with its conditions in it, as it stands among others. */
export function tableQueryOf(form: PanelForm, schema: SourceSchema | undefined): TableQuery {
  const { select, ...rest } = columnsAndOrder(form);
  const where = whereOf(form, schema);
  return { select, ...(where !== null && { where }), ...rest };
}

function columnsAndOrder({ kept = {}, ...form }: PanelForm): TableQuery {
  const isDistinct = form.type === 'table' ? kept.isDistinct === true : form.measures.length === 0;
  const sort: Sort[] = [...(form.sort ? [form.sort] : []), ...(kept.sort ?? [])];
  const having = kept.having ?? havingOf(form.having ?? []);
  return {
    select: [...form.groups.map(groupItem), ...form.measures.map(measureItem)],
    ...(having && { having }),
    ...(isDistinct && { group: true }),
    ...(sort.length > 0 && { sort }),
    ...(form.top && { top: { n: form.top.n, ...(form.top.rest && { rest: form.top.rest }) } }),
    ...(form.totals && { totals: true }),
    ...(form.subtotals && form.subtotals.length > 0 && { subtotals: [...form.subtotals] }),
    ...(form.limit !== null && { limit: form.limit }),
    ...(kept.offset !== undefined && { offset: kept.offset }),
  };
}

const groupItem = ({ field, bucket, naming }: GroupRow): Select => ({
  field,
  ...(bucket && { bucket }),
  ...naming,
});

function measureItem(row: MeasureRow): Select {
  return {
    ...(row.compute !== undefined
      ? { compute: row.compute }
      : row.measure
        ? { measure: row.measure }
        : { agg: row.agg ?? 'count', ...(row.field && { field: row.field }) }),
    ...(row.compare && { compare: row.compare }),
    ...row.naming,
  };
}

export const nameOfMeasure = (row: MeasureRow) => columnName(measureItem(row));
export const nameOfGroup = (row: GroupRow) => columnName(groupItem(row));

/** The first `formula_N` that is the name of no column yet. */
export function freeFormula(names: readonly string[]): string {
  let at = 1;
  while (names.includes(`formula_${at}`)) at += 1;
  return `formula_${at}`;
}

export const namesOf = ({ groups, measures }: Pick<PanelForm, 'groups' | 'measures'>) => [
  ...groups.map(nameOfGroup),
  ...measures.map(nameOfMeasure),
];

/** Whether measures can stand beside the period before. */
export const isComparable = (form: PanelForm) =>
  form.period !== null || form.hasOuterPeriod === true;

/** With another period; without any, nothing is compared. */
export function withPeriod(form: PanelForm, period: Period): PanelForm {
  return withColumns({ ...form, period }, {});
}

/** With other columns; the order follows a column that became another one, and goes with one that is gone. */
export function withColumns(
  form: PanelForm,
  change: Partial<Pick<PanelForm, 'groups' | 'measures'>>,
): PanelForm {
  const next = { ...form, ...change };
  if (!isComparable(next)) {
    next.measures = next.measures.map((row) => ({ ...row, compare: null }));
  }
  const [before, after] = [namesOf(form), namesOf(next)];
  const follow = (by: string) =>
    after.includes(columnCompared(by, after))
      ? by
      : before.length === after.length
        ? after[before.indexOf(by)]
        : undefined;
  const left = next.subtotals?.filter((name) =>
    next.groups.some((row) => nameOfGroup(row) === name),
  );
  if (left && left.length < (next.subtotals?.length ?? 0)) next.subtotals = left;
  if (next.measures.length === 0) next.totals = false;
  if (next.having) next.having = followed(next.having, follow);
  const others = (next.kept?.sort ?? []).filter(({ by }) => follow(by) === by);
  if (next.kept?.sort && others.length < next.kept.sort.length) {
    next.kept = { ...next.kept, sort: others };
  }
  if (!form.sort) return next;
  const by = follow(form.sort.by);
  return by === undefined
    ? { ...next, sort: null, top: null }
    : { ...next, sort: { ...form.sort, by } };
}

const followed = (rows: readonly ConditionRow[], follow: (name: string) => string | undefined) =>
  rows.flatMap((row) => {
    const field = follow(row.field);
    return field === undefined ? [] : [{ ...row, field }];
  });

const columnCompared = (by: string, names: readonly string[]) =>
  names.find((name) => by === `${name}_previous` || by === `${name}_change`) ?? by;

function chartOf(form: PanelForm): Chart | null {
  if (form.type === 'table' || form.type === 'metric') return null;
  const [first, second] = form.measures.map(nameOfMeasure);
  const [along, series] = form.groups.map(nameOfGroup);
  const name = (text: string | undefined) => text ?? '';
  if (form.type === 'scatter') {
    return {
      type: 'scatter',
      data: TABLE,
      x: name(first),
      y: name(second),
      ...(along && { label: along }),
      ...(series && { series }),
    };
  }
  return {
    type: form.type,
    data: TABLE,
    x: name(along),
    y: name(first),
    ...(series && { series }),
  };
}

/** Null for a config that asks for more than the form can show or keep: it is changed as JSON. */
export function formOf(type: PanelType, given: unknown): PanelForm | null {
  if (!isObject(given) || !isObject(given.datasets)) return null;
  const config = given as unknown as QueryConfig;
  const tables = Object.values(config.datasets);
  const [table] = tables;
  const charts = config.charts ?? [];
  if (
    !hasOnly(config, ['version', 'source', 'where', 'datasets', 'charts']) ||
    tables.length !== 1 ||
    charts.length > 1 ||
    !isObject(table) ||
    'title' in table ||
    'source' in table
  ) {
    return null;
  }
  const form = formOfTable(type, config.source, table, [config.where], charts[0]);
  return form && isFaithful(form, charts[0], table) ? form : null;
}

/** wheres: what holds of the table besides its own conditions. */
export function formOfTable(
  type: PanelType,
  source: string,
  table: TableQuery,
  wheres: readonly unknown[] = [],
  chart?: Chart,
): PanelForm | null {
  if (
    !hasOnly(table, [...PARTS, 'title', 'source']) ||
    !Array.isArray(table.select) ||
    !table.select.every(isPlain)
  ) {
    return null;
  }
  const conditions = conditionsOf([...wheres, table.where]);
  if (conditions === null || !isInOrder(type, table.select)) return null;
  const groups = table.select.filter((item) => !isAggregate(item)).map(groupRow);
  const measures = table.select.filter(isAggregate).map(measureRow);
  const [first, ...sort] = table.sort ?? [];
  const having = table.having ? havingRowsOf(table.having) : [];
  const kept: Kept = {
    ...(sort.length > 0 && { sort }),
    ...(table.offset && { offset: table.offset }),
    ...(table.having && having === null && { having: table.having }),
    ...(type === 'table' && table.group && { isDistinct: true }),
  };
  return {
    type,
    source,
    ...conditions,
    groups: chart ? inOrder(groups, type, chart) : groups,
    measures: chart ? measuresInOrder(measures, type, chart) : measures,
    sort: first ? { by: first.by, dir: first.dir ?? 'asc' } : null,
    top: table.top ? { n: table.top.n, rest: table.top.rest ?? '' } : null,
    limit: table.limit ?? null,
    ...(table.totals && { totals: true }),
    ...(table.subtotals && table.subtotals.length > 0 && { subtotals: table.subtotals }),
    ...(having && having.length > 0 && { having }),
    ...(Object.keys(kept).length > 0 && { kept }),
  };
}

const PARTS = [
  ...['select', 'where', 'having', 'group', 'sort', 'top', 'totals', 'subtotals'],
  ...['limit', 'offset'],
];

// Of a chart, columns are named by what they are for; a table shows them in the order in which they stand.
const isInOrder = (type: PanelType, select: readonly Select[]) =>
  type !== 'table' ||
  !select.some((item, at) => !isAggregate(item) && select.slice(0, at).some(isAggregate));

const isPlain = (item: unknown) =>
  isObject(item) &&
  hasOnly(item, ['field', 'measure', 'agg', 'compute', 'bucket', 'compare', ...NAMINGS]);

const NAMINGS = ['as', 'label', 'unit', 'decimals', 'favourable'] as const;

/** Whether the form gives the same chart again, whatever its columns are called. */
function isFaithful(form: PanelForm, chart: Chart | undefined, table: TableQuery): boolean {
  const isChart = form.type !== 'table' && form.type !== 'metric';
  if (table.group && form.measures.length > 0 && form.type !== 'table') return false;
  if (!chart) return !isChart;
  if (!hasOnly(chart, ['type', 'data', 'x', 'y', 'series', 'label'])) return false;
  const again = chartOf(form);
  return (
    again !== null &&
    (['type', 'x', 'y', 'series', 'label'] as const).every((key) => again[key] === chart[key])
  );
}

const namingOf = (item: Select): { naming?: Naming } => {
  const said = NAMINGS.filter((key) => item[key] !== undefined);
  return said.length > 0
    ? { naming: Object.fromEntries(said.map((key) => [key, item[key]])) as Naming }
    : {};
};

const groupRow = (item: Select): GroupRow => ({
  field: item.field ?? '',
  bucket: item.bucket ?? null,
  ...namingOf(item),
});

const measureRow = (item: Select): MeasureRow => ({
  measure: item.measure ?? null,
  agg: item.agg ?? null,
  field: item.field ?? null,
  compare: item.compare ?? null,
  ...(item.compute && { compute: item.compute }),
  ...namingOf(item),
});

function inOrder(groups: GroupRow[], type: PanelType, chart: Chart): GroupRow[] {
  const first = type === 'scatter' ? chart.label : chart.x;
  return [...groups].sort(
    (a, b) => Number(nameOfGroup(b) === first) - Number(nameOfGroup(a) === first),
  );
}

function measuresInOrder(measures: MeasureRow[], type: PanelType, chart: Chart) {
  const first = type === 'scatter' ? chart.x : chart.y;
  return [...measures].sort(
    (a, b) => Number(nameOfMeasure(b) === first) - Number(nameOfMeasure(a) === first),
  );
}

/** Which control a refusal belongs to, by its path in the config: `measures.1`, `source`, or `form`. */
export function placeOf(path: readonly (string | number)[], form: PanelForm): string {
  const parts = path.map(String);
  const [first, , key, at] = parts;
  if (first === 'source') return 'source';
  if (first === 'where') return conditionPlace(parts.slice(1), form);
  if (first === 'charts') {
    const isMeasure = parts[2] === 'y' || (parts[2] === 'x' && form.type === 'scatter');
    const number = form.type === 'scatter' && parts[2] === 'y' ? 1 : 0;
    return isMeasure ? `measures.${number}` : `groups.${parts[2] === 'series' ? 1 : 0}`;
  }
  if (key === 'select' && at !== undefined) {
    const number = Number(at);
    return number < form.groups.length
      ? `groups.${number}`
      : `measures.${number - form.groups.length}`;
  }
  if (key === 'where') return conditionPlace(parts.slice(3), form);
  if (key === 'having') return havingPlace(parts.slice(3), form);
  if (key === 'source') return 'source';
  return ['sort', 'top', 'limit', 'subtotals'].includes(key ?? '') ? String(key) : 'form';
}

function havingPlace(path: readonly string[], { having = [] }: PanelForm): string {
  const line = path[0] === 'and' ? Number(path[1]) : 0;
  return line < having.length ? `having.${line}` : 'form';
}

/** path: within the conditions. */
export function conditionPlace(
  path: readonly string[],
  { period, conditions }: Conditions,
): string {
  const position = path[0] === 'and' ? Number(path[1]) : 0;
  if (period !== null && position === 0) return 'period';
  const line = period === null ? position : position - 1;
  return line < conditions.length ? `conditions.${line}` : 'form';
}
