/** Conditions as a period and lines of a form; what neither can show is kept beside them. */
import type { Compare, Condition, SourceSchema } from '@/api/client';

export const OPERATORS = [
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'between',
  'in',
  'not_in',
  'contains',
  'starts_with',
  'is_null',
  'not_null',
] as const satisfies readonly Compare['op'][];
export type Operator = (typeof OPERATORS)[number];

/** In words, its first and last day, or what a parameter says. */
export type Period = string | { from: string; to: string } | { param: string } | null;

/** value: as it was typed; lists are separated by commas. */
export interface ConditionRow {
  field: string;
  op: Operator;
  value: string;
}

/** others: such as alternatives, and conditions on parameters. */
export interface Conditions {
  period: Period;
  /** What the period is of; null for the source's time. */
  periodField: string | null;
  conditions: readonly ConditionRow[];
  others?: readonly Condition[];
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const hasOnly = (value: object, known: readonly string[]) =>
  Object.keys(value).every((key) => known.includes(key));

export const isList = (op: Operator) => op === 'in' || op === 'not_in' || op === 'between';

export const isBare = (op: Operator) => op === 'is_null' || op === 'not_null';

export function whereOf(
  { period, periodField, conditions, others = [] }: Conditions,
  schema: SourceSchema | undefined,
): Condition | null {
  const types = new Map(schema?.fields.map((field) => [field.name, field.type]));
  const parts: Condition[] = [];
  const time = periodField ?? schema?.time;
  if (period !== null && time) parts.push({ field: time, op: 'in_period', value: period });
  parts.push(...conditions.map((row) => conditionOf(row, types.get(row.field))), ...others);
  return allOf(parts);
}

const conditionOf = ({ field, op, value }: ConditionRow, type: string | undefined): Condition =>
  isBare(op) ? { field, op } : { field, op, value: typed(value, op, type) };

function allOf(parts: Condition[]): Condition | null {
  const [first, ...more] = parts;
  if (first === undefined) return null;
  return more.length === 0 ? first : { and: parts };
}

/** Of measures, whose values are numbers. */
export const havingOf = (rows: readonly ConditionRow[]): Condition | null =>
  allOf(rows.map((row) => conditionOf(row, 'number')));

/** Null for what its lines would not give again. */
export function havingRowsOf(having: Condition): readonly ConditionRow[] | null {
  const found = conditionsOf([having]);
  if (found === null || found.period !== null || found.others) return null;
  const isSame = inOrder(havingOf(found.conditions)) === inOrder(having);
  return isSame ? found.conditions : null;
}

// Servers keep the keys of JSON in orders of their own.
const inOrder = (tree: Condition | null) => JSON.stringify(tree, ['and', 'field', 'op', 'value']);

function typed(text: string, op: Operator, type: string | undefined) {
  if (!isList(op)) return scalar(text, type);
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => scalar(part, type));
}

// What is no number where one is needed goes to the server as it is, which says so at its place.
function scalar(text: string, type: string | undefined): string | number | boolean {
  if (type === 'integer' || type === 'number') {
    const value = Number(text);
    return text.trim() === '' || Number.isNaN(value) ? text : value;
  }
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

/** Of conditions that all hold; null for what are none. */
export function conditionsOf(wheres: readonly unknown[]): Conditions | null {
  const parts = wheres.filter((each) => each !== undefined && each !== null).flatMap(unfold);
  if (!parts.every(isObject)) return null;
  let period: Period = null;
  let periodField: string | null = null;
  const conditions: ConditionRow[] = [];
  const others: Condition[] = [];
  for (const part of parts) {
    const line = lineOf(part);
    if (line) conditions.push(line);
    else if (period === null && isPeriod(part)) {
      period = part.value as Period;
      periodField = String(part.field);
    } else others.push(part as unknown as Condition);
  }
  return { period, periodField, conditions, ...(others.length > 0 && { others }) };
}

const isPeriod = (part: Record<string, unknown>) =>
  part.op === 'in_period' &&
  hasOnly(part, ['field', 'op', 'value']) &&
  (typeof part.value === 'string' || isObject(part.value));

function lineOf(part: Record<string, unknown>): ConditionRow | null {
  const { field, op, value } = part;
  if (!hasOnly(part, ['field', 'op', 'value']) || typeof field !== 'string') return null;
  const known = OPERATORS.find((each) => each === op);
  if (known === undefined || isObject(value)) return null;
  const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  // A list whose values hold commas would come back as another one.
  const isWhole = !Array.isArray(value) || text.split(', ').length === value.length;
  return isWhole ? { field, op: known, value: text } : null;
}

const unfold = (where: unknown): unknown[] =>
  isObject(where) && Array.isArray(where.and) && Object.keys(where).length === 1
    ? where.and.flatMap(unfold)
    : [where];
