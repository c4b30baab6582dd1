/** Undoes and makes again, by button and by the keys that every editor has. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { words } from '../words';

export interface Steps {
  /** Null where there is none. */
  undo: (() => void) | null;
  redo: (() => void) | null;
}

// In these the browser undoes what was typed, letter by letter.
const WRITTEN_IN = 'textarea, [contenteditable], input:not([type=checkbox], [type=radio])';

export function Undo({ undo, redo }: Steps) {
  const t = useWords(words);
  const [said, setSaid] = useState({ text: '', count: 0 });
  const tell = useCallback(
    (text: string) => setSaid(({ count }) => ({ text, count: count + 1 })),
    [],
  );
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isMeant = (event.ctrlKey || event.metaKey) && !event.altKey;
      if (!isMeant || (event.target as Element).matches?.(WRITTEN_IN)) return;
      const key = event.key.toLowerCase();
      const isRedo = key === 'y' || (key === 'z' && event.shiftKey);
      if (key !== 'z' && key !== 'y') return;
      event.preventDefault();
      const run = isRedo ? redo : undo;
      if (!run) return;
      run();
      tell(isRedo ? t.redone : t.undone);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [undo, redo, t, tell]);
  const status = useRef<HTMLSpanElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whether they can be pressed hangs on these
  useLayoutEffect(() => keepFocus(status.current), [undo, redo]);
  const press = (run: (() => void) | null, text: string) => () => {
    run?.();
    tell(text);
  };
  return (
    <>
      <Button aria-keyshortcuts="Control+Z" disabled={!undo} onClick={press(undo, t.undone)}>
        {t.undo}
      </Button>
      <Button aria-keyshortcuts="Control+Shift+Z" disabled={!redo} onClick={press(redo, t.redone)}>
        {t.redo}
      </Button>
      <span ref={status} className="visually-hidden" role="status">
        {/* Said again where it is the same. */}
        <span key={said.count}>{said.text}</span>
      </span>
    </>
  );
}

/** Of the two buttons before the status: from the one that can no longer be pressed to the other. */
function keepFocus(status: Element | null) {
  const redoing = status?.previousElementSibling;
  const undoing = redoing?.previousElementSibling;
  const held = document.activeElement;
  if (!held?.matches(':disabled')) return;
  const other = held === undoing ? redoing : held === redoing ? undoing : null;
  if (other instanceof HTMLElement) other.focus();
}
