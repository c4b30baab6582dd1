/** One condition: of what, how, and against which value. */
import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import { withPresent } from './options';
import css from './query.module.css';
import { type ConditionRow, isBare, isList, type Operator } from './where';
import { words } from './words';

interface Props {
  row: ConditionRow;
  /** What `options` are: fields, or measures. */
  label: string;
  options: readonly { value: string; label: string }[];
  operators: readonly Operator[];
  inputMode?: 'decimal';
  problems: readonly string[];
  onChange: (row: ConditionRow) => void;
}

export function ConditionLine(props: Props) {
  const { row, label, options, operators, inputMode, problems, onChange } = props;
  const t = useWords(words);
  const named = operators.map((value) => ({ value, label: t.operators[value] }));
  return (
    <div className={css.pair}>
      <SelectField
        label={label}
        value={row.field}
        options={withPresent(options, row.field)}
        onChange={({ target }) => onChange({ ...row, field: target.value })}
      />
      <SelectField
        label={t.operator}
        value={row.op}
        options={withPresent(named, row.op, t.operators[row.op])}
        onChange={({ target }) => onChange({ ...row, op: target.value as Operator })}
      />
      {!isBare(row.op) && (
        <TextField
          label={t.value}
          hint={row.op === 'between' ? t.betweenHint : isList(row.op) ? t.listHint : undefined}
          inputMode={inputMode}
          value={row.value}
          problems={problems}
          onChange={({ target }) => onChange({ ...row, value: target.value })}
        />
      )}
    </div>
  );
}
