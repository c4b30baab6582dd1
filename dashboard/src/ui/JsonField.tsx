/** A text that is JSON: told at once where it is not, and given on only where it is. */
import { useState } from 'react';
import { useWords } from '@/i18n/words';
import { AreaField } from './Field';
import { type JsonObject, readObject } from './json';
import { words } from './words';

/** value: the text; onChange gets it with the object that it is, or null while it is none. */
export function JsonField({
  label,
  hint,
  value,
  rows = 14,
  isOptional = false,
  problems = [],
  onChange,
}: {
  label: string;
  hint?: string;
  value: string;
  rows?: number;
  isOptional?: boolean;
  problems?: readonly string[];
  onChange: (text: string, object: JsonObject | null) => void;
}) {
  const t = useWords(words);
  const [own, setOwn] = useState<string[]>([]);
  return (
    <AreaField
      label={label}
      hint={hint}
      value={value}
      rows={rows}
      required={!isOptional}
      spellCheck={false}
      autoCapitalize="none"
      data-code
      problems={[...own, ...problems]}
      onChange={(event) => {
        const text = event.target.value;
        const [object, problem] = readObject(text);
        setOwn(
          problem && text.trim() ? [problem === 'shape' ? t.notObject : t.notJson(problem)] : [],
        );
        onChange(text, object);
      }}
    />
  );
}
