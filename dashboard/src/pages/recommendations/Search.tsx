/** What is searched for, once typing pauses. */
import { useEffect, useState } from 'react';
import { useWords } from '@/i18n/words';
import { TextField } from '@/ui/Field';
import type { FilterGiven } from './filters';
import { words } from './words';

const TYPING_MS = 300;

export function Search({ filter, onNarrow }: FilterGiven) {
  const t = useWords(words);
  const [text, setText] = useState(filter.q ?? '');
  const [former, setFormer] = useState(filter.q);
  if (former !== filter.q) {
    setFormer(filter.q);
    if ((filter.q ?? '') !== text.trim()) setText(filter.q ?? '');
  }
  useEffect(() => {
    const q = text.trim().slice(0, 200) || null;
    if (q === filter.q) return;
    const timer = setTimeout(() => onNarrow({ q }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, filter.q, onNarrow]);
  return (
    <TextField
      label={t.search}
      type="search"
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
