import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import css from '../dashboards.module.css';
import { words } from '../words';
import type { PartProps } from './FormFields';
import { type ConditionRow, OPERATORS, type Operator } from './form';
import { Repeated, replaced, without } from './Repeated';

const MOST = 20;

export function ConditionFields({ form, schema, problemsOf, onChange }: PartProps) {
  const t = useWords(words);
  const { conditions } = form;
  const set = (next: readonly ConditionRow[]) => onChange({ ...form, conditions: next });
  const options = schema.fields.map(({ name, label }) => ({ value: name, label }));
  const first = schema.fields.find(({ type }) => type === 'string') ?? schema.fields[0];
  return (
    <Repeated
      legend={t.conditions}
      rows={conditions}
      most={first ? MOST : 0}
      addLabel={t.addCondition}
      nameOf={({ field }) => field}
      onAdd={() => first && set([...conditions, { field: first.name, op: 'eq', value: '' }])}
      onRemove={(at) => set(without(conditions, at))}
      render={(row, at) => {
        const change = (part: Partial<ConditionRow>) =>
          set(replaced(conditions, at, { ...row, ...part }));
        const isList = row.op === 'in' || row.op === 'not_in';
        return (
          <div className={css.pair}>
            <SelectField
              label={t.field}
              value={row.field}
              options={options}
              onChange={({ target }) => change({ field: target.value })}
            />
            <SelectField
              label={t.operator}
              value={row.op}
              options={OPERATORS.map((value) => ({ value, label: t.operators[value] }))}
              onChange={({ target }) => change({ op: target.value as Operator })}
            />
            {row.op !== 'is_null' && row.op !== 'not_null' && (
              <TextField
                label={t.value}
                hint={isList ? t.listHint : undefined}
                value={row.value}
                problems={problemsOf(`conditions.${at}`)}
                onChange={({ target }) => change({ value: target.value })}
              />
            )}
          </div>
        );
      }}
    />
  );
}
