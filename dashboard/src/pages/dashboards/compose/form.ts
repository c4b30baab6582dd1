/** A panel as a form, and the query_config that it stands for. */
import type { PanelType, SourceSchema } from '@/api/client';
import {
  type ChartConfig,
  columnName,
  isAggregate,
  type QueryConfig,
  type SelectItem,
  type TableQuery,
} from '../config';

export const AGGREGATES = ['sum', 'mean', 'min', 'max', 'count', 'count_distinct'] as const;
export const BUCKETS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export const OPERATORS = [
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'in',
  'not_in',
  'contains',
  'starts_with',
  'is_null',
  'not_null',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** A declared measure, or an aggregate of a field; `count` without a field counts rows. */
export interface MeasureRow {
  measure: string | null;
  agg: string | null;
  field: string | null;
  decimals: number | null;
  isCompared: boolean;
}

export interface GroupRow {
  field: string;
  bucket: string | null;
}

/** value: as it was typed; lists are separated by commas. */
export interface ConditionRow {
  field: string;
  op: Operator;
  value: string;
}

export interface PanelForm {
  type: PanelType;
  source: string;
  measures: readonly MeasureRow[];
  /** Of a chart, what stands along it and then its series; of a scatter, the names of its points. */
  groups: readonly GroupRow[];
  /** In words, or two days of which the second does not belong to it. */
  period: string | { from: string; to: string } | null;
  conditions: readonly ConditionRow[];
  sort: { by: string; dir: 'asc' | 'desc' } | null;
  top: { n: number; rest: string } | null;
  limit: number | null;
}

export type TypeOf = (field: string) => string | undefined;

const TABLE = 'main';

export const noMeasure: MeasureRow = {
  measure: null,
  agg: 'count',
  field: null,
  decimals: null,
  isCompared: false,
};

export function typesOf(schema: SourceSchema | undefined): TypeOf {
  const types = new Map(schema?.fields.map((field) => [field.name, field.type]));
  return (field) => types.get(field);
}

// Form to config ------------------------------------------------------------------------------

export function configOf(form: PanelForm, schema: SourceSchema | undefined): QueryConfig {
  const typeOf = typesOf(schema);
  const select = [...form.groups.map(groupItem), ...form.measures.map(measureItem)];
  const table: TableQuery = { select };
  if (form.sort) table.sort = [form.sort];
  if (form.top) table.top = { n: form.top.n, ...(form.top.rest && { rest: form.top.rest }) };
  if (form.limit !== null) table.limit = form.limit;
  if (form.measures.length === 0 && form.type !== 'table') table.group = true;
  const where = whereOf(form, schema?.time ?? null, typeOf);
  const chart = chartOf(form);
  return {
    version: 1,
    source: form.source,
    ...(where !== null && { where }),
    datasets: { [TABLE]: table },
    ...(chart && { charts: [chart] }),
  };
}

const groupItem = ({ field, bucket }: GroupRow): SelectItem => ({
  field,
  ...(bucket && { bucket }),
});

function measureItem(row: MeasureRow): SelectItem {
  return {
    ...(row.measure
      ? { measure: row.measure }
      : { agg: row.agg ?? 'count', ...(row.field && { field: row.field }) }),
    ...(row.isCompared && { compare: 'previous_period' }),
    ...(row.decimals !== null && { decimals: row.decimals }),
  };
}

export const nameOfMeasure = (row: MeasureRow) => columnName(measureItem(row));

function chartOf(form: PanelForm): ChartConfig | null {
  if (form.type === 'table' || form.type === 'metric') return null;
  const [first, second] = form.measures.map(nameOfMeasure);
  const [along, series] = form.groups.map((group) => group.field);
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

function whereOf(form: PanelForm, time: string | null, typeOf: TypeOf): unknown {
  const parts: unknown[] = [];
  if (form.period !== null && time) {
    parts.push({ field: time, op: 'in_period', value: form.period });
  }
  for (const { field, op, value } of form.conditions) {
    const isBare = op === 'is_null' || op === 'not_null';
    parts.push(isBare ? { field, op } : { field, op, value: typed(value, op, typeOf(field)) });
  }
  if (parts.length === 0) return null;
  return parts.length === 1 ? parts[0] : { and: parts };
}

function typed(text: string, op: Operator, type: string | undefined): unknown {
  if (op === 'in' || op === 'not_in') {
    return text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)
      .map((part) => scalar(part, type));
  }
  return scalar(text, type);
}

// What is no number where one is needed goes to the server as it is, which says so at its place.
function scalar(text: string, type: string | undefined): unknown {
  if (type === 'integer' || type === 'number') {
    const value = Number(text);
    return text.trim() === '' || Number.isNaN(value) ? text : value;
  }
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

// Config to form ------------------------------------------------------------------------------

const hasOnly = (value: object, known: readonly string[]) =>
  Object.keys(value).every((key) => known.includes(key));

/** Null for a config that asks for more than the form can show: it is changed as JSON. */
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
    !hasOnly(table, ['select', 'where', 'group', 'sort', 'top', 'limit']) ||
    !Array.isArray(table.select) ||
    !table.select.every(isPlain) ||
    (table.sort?.length ?? 0) > 1
  ) {
    return null;
  }
  const conditions = conditionsOf([config.where, table.where]);
  if (conditions === null) return null;
  const groups = table.select.filter((item) => !isAggregate(item)).map(groupRow);
  const measures = table.select.filter(isAggregate).map(measureRow);
  const chart = charts[0];
  const form: PanelForm = {
    type,
    source: config.source,
    ...conditions,
    groups: chart ? inOrder(groups, type, chart) : groups,
    measures: chart ? measuresInOrder(measures, type, chart) : measures,
    sort: table.sort?.[0] ? { dir: 'asc', ...table.sort[0] } : null,
    top: table.top ? { n: table.top.n, rest: table.top.rest ?? '' } : null,
    limit: table.limit ?? null,
  };
  return isFaithful(form, chart, table) ? form : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPlain = (item: unknown) =>
  isObject(item) && hasOnly(item, ['field', 'measure', 'agg', 'bucket', 'compare', 'decimals']);

/** Whether the form gives the same chart again, whatever its columns are called. */
function isFaithful(form: PanelForm, chart: ChartConfig | undefined, table: TableQuery): boolean {
  const isChart = form.type !== 'table' && form.type !== 'metric';
  if (table.group && (form.measures.length > 0 || form.type === 'table')) return false;
  if (!chart) return !isChart;
  if (!hasOnly(chart, ['type', 'data', 'x', 'y', 'series', 'label'])) return false;
  const again = chartOf(form);
  return (
    again !== null &&
    (['type', 'x', 'y', 'series', 'label'] as const).every((key) => again[key] === chart[key])
  );
}

const groupRow = ({ field, bucket }: SelectItem): GroupRow => ({
  field: field ?? '',
  bucket: bucket ?? null,
});

const measureRow = (item: SelectItem): MeasureRow => ({
  measure: item.measure ?? null,
  agg: item.agg ?? null,
  field: item.field ?? null,
  decimals: item.decimals ?? null,
  isCompared: item.compare !== undefined,
});

function inOrder(groups: GroupRow[], type: PanelType, chart: ChartConfig): GroupRow[] {
  const first = type === 'scatter' ? chart.label : chart.x;
  return [...groups].sort((a, b) => Number(b.field === first) - Number(a.field === first));
}

function measuresInOrder(measures: MeasureRow[], type: PanelType, chart: ChartConfig) {
  const first = type === 'scatter' ? chart.x : chart.y;
  return [...measures].sort(
    (a, b) => Number(nameOfMeasure(b) === first) - Number(nameOfMeasure(a) === first),
  );
}

function conditionsOf(wheres: readonly unknown[]): Pick<PanelForm, 'period' | 'conditions'> | null {
  const parts = wheres.filter((each) => each !== undefined && each !== null).flatMap(unfold);
  let period: PanelForm['period'] = null;
  const conditions: ConditionRow[] = [];
  for (const part of parts) {
    if (!isObject(part) || !hasOnly(part, ['field', 'op', 'value'])) return null;
    const { field, op, value } = part;
    if (typeof field !== 'string' || typeof op !== 'string') return null;
    if (op === 'in_period') {
      const isKnown = typeof value === 'string' || (isObject(value) && 'from' in value);
      if (period !== null || !isKnown) return null;
      period = value as PanelForm['period'];
    } else if ((OPERATORS as readonly string[]).includes(op) && !isObject(value)) {
      const text = Array.isArray(value)
        ? value.join(', ')
        : value === undefined
          ? ''
          : String(value);
      conditions.push({ field, op: op as Operator, value: text });
    } else return null;
  }
  return { period, conditions };
}

const unfold = (where: unknown): unknown[] =>
  isObject(where) && Array.isArray(where.and) && Object.keys(where).length === 1
    ? where.and.flatMap(unfold)
    : [where];

// Errors ----------------------------------------------------------------------------------------

/** Which control a refusal belongs to, by its path in the config: `measures.1`, `source`, or `form`. */
export function placeOf(path: readonly (string | number)[], form: PanelForm): string {
  const parts = path.map(String);
  const [first, , key, at] = parts;
  if (first === 'source') return 'source';
  if (first === 'where')
    return parts[1] === 'and' ? conditionPlace(Number(parts[2]), form) : conditionPlace(0, form);
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
  return key === 'sort' || key === 'top' || key === 'limit' ? key : 'form';
}

function conditionPlace(position: number, form: PanelForm): string {
  if (form.period === null) return `conditions.${position}`;
  return position === 0 ? 'period' : `conditions.${position - 1}`;
}
