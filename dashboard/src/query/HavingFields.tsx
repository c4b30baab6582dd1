/** Conditions on measures: which groups a table shows. */
import { useWords } from '@/i18n/words';
import { ConditionLine } from './ConditionLine';
import { nameOfMeasure } from './form';
import { labelOf } from './labels';
import type { PartProps } from './part';
import { Repeated, replaced, without } from './Repeated';
import type { ConditionRow } from './where';
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
      render={(row, at) => (
        <ConditionLine
          row={row}
          label={t.measure}
          options={options}
          operators={OPERATORS}
          inputMode="decimal"
          problems={problemsOf(`having.${at}`)}
          onChange={(next) => set(replaced(having, at, next))}
        />
      )}
    />
  );
}
