/** Where a question begins: with what a source has to show. */
import type { PanelType, SourceSchema } from '@/api/client';
import { type GroupRow, type MeasureRow, noMeasure, type PanelForm } from './form';

const measureOf = (name: string): MeasureRow => ({ ...noMeasure, agg: null, measure: name });

/** Ratios and means say more than sums do; what counts plain rows comes last. */
function ranked(schema: SourceSchema): string[] {
  const isCount = (kind: string) => Number(kind === 'count');
  return [...schema.measures]
    .sort((a, b) => isCount(a.kind) - isCount(b.kind))
    .map((measure) => measure.name);
}

const wordsOf = (schema: SourceSchema) =>
  schema.fields.filter((field) => field.type === 'string').map((field) => field.name);

const timeOf = (schema: SourceSchema): GroupRow | null => {
  const time = schema.time ?? schema.fields.find((field) => field.type === 'datetime')?.name;
  return time === undefined ? null : { field: time, bucket: 'day' };
};

/** The last stretch that has data; of what is always there, the last month. */
const beginningOf = ({ stretch, time }: SourceSchema): PanelForm['period'] =>
  stretch ? stretch.period : time ? 'last_30_days' : null;

/** A form of that type which the source can answer as it stands. */
export function startOf(type: PanelType, schema: SourceSchema): PanelForm {
  const measures = (schema.measures.length > 0 ? ranked(schema).map(measureOf) : [noMeasure]).slice(
    0,
    type === 'metric' ? 3 : type === 'scatter' ? 2 : 1,
  );
  const [word] = wordsOf(schema);
  const along: GroupRow | null =
    type === 'line' ? timeOf(schema) : word === undefined ? null : { field: word, bucket: null };
  return retype(
    {
      type,
      source: schema.source,
      measures,
      groups: type === 'metric' || along === null ? [] : [along],
      period: beginningOf(schema),
      periodField: schema.time,
      conditions: [],
      sort: null,
      top: null,
      limit: null,
    },
    type,
    schema,
  );
}

/** The same question shown in another way, with what that way needs and without what it cannot show. */
export function retype(form: PanelForm, type: PanelType, schema: SourceSchema): PanelForm {
  let { measures, groups } = form;
  if (type === 'metric') groups = [];
  else if (type === 'pie') groups = groups.slice(0, 1);
  else if (type !== 'table') groups = groups.slice(0, 2);
  if (type === 'bar' || type === 'line' || type === 'pie') measures = measures.slice(0, 1);
  if (type === 'scatter') measures = measures.slice(0, 2);
  const needed = type === 'scatter' ? 2 : type === 'table' && groups.length > 0 ? 0 : 1;
  for (const name of ranked(schema)) {
    if (measures.length >= needed) break;
    if (!measures.some((row) => row.measure === name)) measures = [...measures, measureOf(name)];
  }
  if (measures.length < needed) measures = [...measures, noMeasure];
  if (groups.length === 0 && ['bar', 'line', 'pie', 'scatter'].includes(type)) {
    const [word] = wordsOf(schema);
    const time = timeOf(schema);
    const along = type === 'line' && time ? time : word ? { field: word, bucket: null } : time;
    if (along) groups = [along];
  }
  if (groups.some((group) => group.bucket) || !['metric', 'table'].includes(type)) {
    measures = measures.map((row) => ({ ...row, compare: null }));
  }
  return { ...form, type, measures, groups, ...orderOf(type, measures, groups, form) };
}

// Lines follow their axis; bars and slices begin with the largest.
function orderOf(
  type: PanelType,
  measures: readonly MeasureRow[],
  groups: readonly GroupRow[],
  form: PanelForm,
): Pick<PanelForm, 'sort' | 'top'> {
  const [measure] = measures;
  const [group] = groups;
  const isOfTime = group?.bucket !== null && group?.bucket !== undefined;
  if (type === 'metric' || !group) return { sort: null, top: null };
  if (type === 'line' || isOfTime) return { sort: { by: group.field, dir: 'asc' }, top: null };
  if (measure && (type === 'bar' || type === 'pie')) {
    const by = measure.measure ?? (measure.field ? `${measure.agg}_${measure.field}` : 'count');
    return { sort: { by, dir: 'desc' }, top: groups.length === 1 ? { n: 10, rest: '' } : null };
  }
  return { sort: null, top: type === form.type ? form.top : null };
}
