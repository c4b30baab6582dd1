/** A measure that is worked out of others: its formula, and what it is called. */
import { useWords } from '@/i18n/words';
import { TextField } from '@/ui/Field';
import type { MeasureRow } from './form';
import { words } from './words';

export function FormulaFields({
  row,
  names,
  onChange,
}: {
  row: MeasureRow;
  /** Of the measures that it may have. */
  names: readonly string[];
  onChange: (row: MeasureRow) => void;
}) {
  const t = useWords(words);
  return (
    <>
      <TextField
        label={t.formula}
        hint={t.formulaHint(names.join(', '))}
        value={row.compute ?? ''}
        maxLength={500}
        onChange={({ target }) => onChange({ ...row, compute: target.value })}
      />
      <TextField
        label={t.formulaLabel}
        value={row.naming?.label ?? ''}
        maxLength={120}
        onChange={({ target }) => onChange(named(row, target.value))}
      />
    </>
  );
}

function named({ naming = {}, ...row }: MeasureRow, label: string): MeasureRow {
  const { label: _, ...rest } = naming;
  return { ...row, naming: label ? { ...rest, label } : rest };
}
