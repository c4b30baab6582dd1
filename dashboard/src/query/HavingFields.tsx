/** Conditions on measures: which groups a table shows. */
import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import { nameOfMeasure } from './form';
import { labelOf } from './labels';
import { withPresent } from './options';
import type { PartProps } from './part';
import css from './query.module.css';
import { Repeated, replaced, without } from './Repeated';
import { type ConditionRow, isBare, isList, type Operator } from './where';
import { words } from './words';

const MOST = 10;
// Of numbers.
const OPERATORS = ['gt', 'ge', 'lt', 'le', 'eq', 'ne', 'between', 'is_null', 'not_null'] as const;

export function HavingFields({ form, schema, problemsOf, onChange }: PartProps) {
  const t = useWords(words);
  const { having = [], measures } = form;
  const set = (next: readonly ConditionRow[]) => onChange({ ...form, having: next });
  const options = measures.map((row) => {
    const value = nameOfMeasure(row);
    return { value, label: row.naming?.label ?? labelOf(schema, value) };
  });
  const operators = OPERATORS.map((value) => ({ value, label: t.operators[value] }));
  const [first] = options;
  if (!first || form.kept?.having) return null;
  return (
    <Repeated
      legend={t.having}
      rows={having}
      most={MOST}
      addLabel={t.addHaving}
      nameOf={({ field }) => labelOf(schema, field)}
      onAdd={() => set([...having, { field: first.value, op: 'gt', value: '0' }])}
      onRemove={(at) => set(without(having, at))}
      render={(row, at) => {
        const change = (part: Partial<ConditionRow>) =>
          set(replaced(having, at, { ...row, ...part }));
        return (
          <div className={css.pair}>
            <SelectField
              label={t.measure}
              value={row.field}
              options={withPresent(options, row.field)}
              onChange={({ target }) => change({ field: target.value })}
            />
            <SelectField
              label={t.operator}
              value={row.op}
              options={withPresent(operators, row.op, t.operators[row.op])}
              onChange={({ target }) => change({ op: target.value as Operator })}
            />
            {!isBare(row.op) && (
              <TextField
                label={t.value}
                hint={
                  row.op === 'between' ? t.betweenHint : isList(row.op) ? t.listHint : undefined
                }
                inputMode="decimal"
                value={row.value}
                problems={problemsOf(`having.${at}`)}
                onChange={({ target }) => change({ value: target.value })}
              />
            )}
          </div>
        );
      }}
    />
  );
}
