import type { PanelType } from '@/api/client';
import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import { ChangeFields } from './ChangeFields';
import { FormulaFields } from './FormulaFields';
import {
  AGGREGATES,
  freeFormula,
  isComparable,
  type MeasureRow,
  nameOfMeasure,
  namesOf,
  noMeasure,
  withColumns,
} from './form';
import { withPresent } from './options';
import type { PartProps } from './part';
import css from './query.module.css';
import { Repeated, replaced, without } from './Repeated';
import { words } from './words';

const MOST: Record<PanelType, number> = {
  bar: 1,
  line: 1,
  pie: 1,
  scatter: 2,
  metric: 6,
  table: 20,
};
const FEWEST: Record<PanelType, number> = { ...MOST, metric: 1, table: 0 };

export function MeasureFields({ form, schema, problemsOf, onChange }: PartProps) {
  const t = useWords(words);
  const { measures, type } = form;
  const set = (next: readonly MeasureRow[]) => onChange(withColumns(form, { measures: next }));
  const declared = schema.measures.map(({ name, label }) => ({
    value: `measure ${name}`,
    label,
  }));
  const choices = [
    ...declared,
    ...AGGREGATES.map((agg) => ({ value: `agg ${agg}`, label: t.aggregates[agg] })),
    ...(schema.measures.length > 0 ? [{ value: 'compute', label: t.compute }] : []),
  ];
  const fields = schema.fields.map(({ name, label }) => ({ value: name, label }));
  const numbers = schema.fields.filter(({ type: of }) => of === 'number' || of === 'integer');
  // Another measure has another name: what this one was called goes with it.
  function choose({ naming: _, compute: _former, ...row }: MeasureRow, value: string): MeasureRow {
    const [kind, name = ''] = value.split(' ');
    if (kind === 'compute') {
      const compute = schema.measures[0]?.name ?? '';
      return {
        ...row,
        measure: null,
        agg: null,
        compute,
        naming: { as: freeFormula(namesOf(form)) },
      };
    }
    if (kind === 'measure') return { ...row, measure: name, agg: null, field: null };
    const field =
      name === 'count' ? null : (row.field ?? (numbers[0] ?? schema.fields[0])?.name ?? null);
    return {
      ...row,
      measure: null,
      agg: AGGREGATES.find((each) => each === name) ?? 'count',
      field,
    };
  }
  const free = schema.measures.find(({ name }) => !measures.some((row) => row.measure === name));
  return (
    <Repeated
      legend={t.measures}
      rows={measures}
      most={MOST[type]}
      fewest={FEWEST[type]}
      addLabel={t.addMeasure}
      nameOf={nameOfMeasure}
      onAdd={() =>
        set([...measures, free ? { ...noMeasure, agg: null, measure: free.name } : noMeasure])
      }
      onRemove={(at) => set(without(measures, at))}
      render={(row, at) => (
        <div className={css.pair}>
          <SelectField
            label={type === 'scatter' ? (at === 0 ? t.across : t.upwards) : t.measure}
            value={choiceOf(row)}
            options={withPresent(choices, choiceOf(row), nameOfMeasure(row))}
            problems={problemsOf(`measures.${at}`)}
            onChange={({ target }) => set(replaced(measures, at, choose(row, target.value)))}
          />
          {row.agg && row.agg !== 'count' && (
            <SelectField
              label={t.field}
              value={row.field ?? ''}
              options={withPresent(fields, row.field ?? '')}
              onChange={({ target }) => set(replaced(measures, at, ofField(row, target.value)))}
            />
          )}
          {row.compute !== undefined && (
            <FormulaFields
              row={row}
              names={schema.measures.map(({ name }) => name)}
              onChange={(next) => set(replaced(measures, at, next))}
            />
          )}
          <ChangeFields
            row={row}
            isCompared={(type === 'metric' || type === 'table') && isComparable(form)}
            onChange={(next) => set(replaced(measures, at, next))}
          />
        </div>
      )}
    />
  );
}

const ofField = ({ naming: _, ...row }: MeasureRow, field: string): MeasureRow => ({
  ...row,
  field,
});

const choiceOf = ({ measure, agg, compute }: MeasureRow) =>
  compute !== undefined ? 'compute' : measure ? `measure ${measure}` : `agg ${agg}`;
