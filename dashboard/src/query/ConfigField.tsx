import { useEffect, useState } from 'react';
import type { QueryConfig } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { JsonField } from '@/ui/JsonField';
import { writeObject } from '@/ui/json';
import { words } from './words';

/** query_config as text; what is no JSON yet stays here until it is. */
export function ConfigField({
  value,
  issues,
  onChange,
}: {
  value: QueryConfig;
  issues: readonly Issue[];
  /** With null while the text is no object. */
  onChange: (value: QueryConfig | null) => void;
}) {
  const t = useWords(words);
  const [text, setText] = useState(() => writeObject(value));
  useEffect(() => {
    // What was changed elsewhere is shown; what stands here with other spaces is left alone.
    setText((now) => (isSame(now, value) ? now : writeObject(value)));
  }, [value]);
  return (
    <JsonField
      label={t.query}
      hint={t.queryHint}
      rows={18}
      value={text}
      problems={issues.map(
        ({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`,
      )}
      onChange={(next, object) => {
        setText(next);
        // Whether it is a query is the server's to say.
        onChange(object as QueryConfig | null);
      }}
    />
  );
}

function isSame(text: string, value: QueryConfig): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
  } catch {
    // Half-typed text is newer than the value.
    return true;
  }
}
