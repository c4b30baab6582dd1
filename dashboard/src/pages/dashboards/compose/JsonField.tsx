import { useEffect, useState } from 'react';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { AreaField } from '@/ui/Field';
import { words } from '../words';

/** query_config as text; what is no JSON yet stays here until it is. */
export function JsonField({
  value,
  issues,
  onChange,
}: {
  value: Record<string, unknown>;
  issues: readonly Issue[];
  onChange: (value: Record<string, unknown>) => void;
}) {
  const t = useWords(words);
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    // What was changed elsewhere is shown; what stands here with other spaces is left alone.
    setText((now) => (isSame(now, value) ? now : JSON.stringify(value, null, 2)));
  }, [value]);
  function change(next: string) {
    setText(next);
    try {
      const parsed: unknown = JSON.parse(next);
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
        return setProblem(t.noObject);
      }
      setProblem(null);
      onChange(parsed as Record<string, unknown>);
    } catch (error) {
      setProblem(t.noJson(error instanceof Error ? error.message : ''));
    }
  }
  return (
    <AreaField
      label={t.query}
      hint={t.queryHint}
      rows={18}
      spellCheck={false}
      value={text}
      problems={
        problem
          ? [problem]
          : issues.map(
              ({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`,
            )
      }
      onChange={({ target }) => change(target.value)}
    />
  );
}

function isSame(text: string, value: Record<string, unknown>): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
  } catch {
    // Half-typed text is newer than the value.
    return true;
  }
}
