/** One field, drawn from what the server says of it. */
import { useWords } from '@/i18n/words';
import type { Option } from '@/query/options';
import { SelectField, TextField } from '@/ui/Field';
import { choiceOf, type SchemaField as Drawn } from './fields';
import { type FieldWords, words } from './words';

const INPUT_MODES = {
  integer: 'numeric',
  number: 'decimal',
  text: 'text',
  choice: 'text',
  boolean: 'text',
} as const;

export function SchemaField({
  field,
  value,
  problems,
  names,
  onChange,
}: {
  field: Drawn;
  value: string;
  problems: readonly string[];
  /** What there is to name, for a field whose value is a name. */
  names?: readonly Option[] | undefined;
  onChange: (value: string) => void;
}) {
  const t = useWords(words);
  const { label, kind, fallback } = field;
  const hint = hintOf(field, t);
  const options = names ?? optionsOf(field, t);
  if (options) {
    return (
      <SelectField
        label={label}
        hint={hint}
        value={value || (fallback ?? '')}
        problems={problems}
        onChange={(event) => onChange(event.target.value)}
        options={fallback === null ? [{ value: '', label: '–' }, ...options] : options}
      />
    );
  }
  return (
    <TextField
      label={label}
      hint={hint}
      inputMode={INPUT_MODES[kind]}
      value={value}
      problems={problems}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function optionsOf({ kind, options }: Drawn, t: FieldWords): readonly Option[] | null {
  if (kind === 'choice') return options;
  const truths = ['true', 'false'] as const;
  return kind === 'boolean' ? truths.map((value) => ({ value, label: t[value] })) : null;
}

/** What it means, from where to where it goes, and what holds if it is empty. */
function hintOf(field: Drawn, t: FieldWords): string {
  const { help, range, fallback, kind } = field;
  const isTyped = kind !== 'choice' && kind !== 'boolean';
  return [
    help,
    range && t.range(range),
    isTyped && fallback !== null && t.emptyMeans(choiceOf(field, fallback)),
  ]
    .filter(Boolean)
    .join(' ');
}
