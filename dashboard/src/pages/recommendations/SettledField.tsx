/** A text that narrows the list, once typing pauses. */
import { useEffect, useState } from 'react';
import { TextField } from '@/ui/Field';

const TYPING_MS = 300;
const MOST = 200;

export function SettledField({
  label,
  type = 'text',
  value,
  onSettled,
}: {
  label: string;
  type?: 'text' | 'search';
  value: string | null;
  onSettled: (text: string | null) => void;
}) {
  const [text, setText] = useState(value ?? '');
  const [former, setFormer] = useState(value);
  if (former !== value) {
    setFormer(value);
    if ((value ?? '') !== text.trim()) setText(value ?? '');
  }
  useEffect(() => {
    const settled = text.trim().slice(0, MOST) || null;
    if (settled === value) return;
    const timer = setTimeout(() => onSettled(settled), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, onSettled]);
  return (
    <TextField
      label={label}
      type={type}
      value={text}
      maxLength={MOST}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
