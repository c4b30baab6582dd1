/** One parameter of a runtime, drawn from what the server says of it. */
import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import { choiceOf, type ParamField } from './params';
import { type RegisterWords, words } from './words';

export function Param({
  field,
  value,
  problems,
  onChange,
}: {
  field: ParamField;
  value: string;
  problems: readonly string[];
  onChange: (value: string) => void;
}) {
  const t = useWords(words);
  const { label, kind, fallback } = field;
  const hint = hintOf(field, t);
  if (kind === 'choice' || kind === 'boolean') {
    const truths = ['true', 'false'] as const;
    const options =
      kind === 'choice' ? field.options : truths.map((each) => ({ value: each, label: t[each] }));
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
      inputMode={({ integer: 'numeric', number: 'decimal', text: 'text' } as const)[kind]}
      value={value}
      problems={problems}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** What it means, from where to where it goes, and what holds if it is empty. */
function hintOf(field: ParamField, t: RegisterWords): string {
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
