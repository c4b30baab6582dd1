/** A text that is made to be copied, with a button that does so. */
import { useState } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from './Button';
import css from './copyable.module.css';
import { words } from './words';

export function Copyable({ label, text }: { label: string; text: string }) {
  const t = useWords(words);
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setIsCopied(true);
    } catch {
      // Without a permission or a secure address, selecting it by hand is left.
      setIsCopied(false);
    }
  };
  return (
    <div className={css.copyable}>
      <input
        readOnly
        aria-label={label}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button onClick={() => void copy()}>{isCopied ? t.copied : t.copy}</Button>
    </div>
  );
}
