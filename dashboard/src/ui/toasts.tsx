/** Short messages of what was done; each can carry one thing to do about it, such as taking it back. */
import { useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from './Button';
import css from './ui.module.css';
import { words } from './words';

interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 8000;
const listeners = new Set<() => void>();
let shown: readonly Toast[] = [];
let last = 0;

function change(toasts: readonly Toast[]) {
  shown = toasts;
  for (const listener of listeners) listener();
}

const dismiss = (id: number) => change(shown.filter((toast) => toast.id !== id));

export function say(text: string, action?: Toast['action']) {
  last += 1;
  const id = last;
  change([...shown.slice(-2), { id, text, ...(action && { action }) }]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Toasts() {
  const t = useWords(words);
  const toasts = useSyncExternalStore(subscribe, () => shown);
  const box = useRef<HTMLDivElement>(null);
  // The page moves down by as much, whatever of it is scrolled to, and back.
  useLayoutEffect(() => {
    const root = document.documentElement;
    root.style.setProperty('--toasts', `${box.current?.offsetHeight ?? 0}px`);
    root.toggleAttribute('data-toasts', toasts.length > 0);
  }, [toasts]);
  return (
    <div ref={box} className={css.toasts} role="status" aria-live="polite">
      {toasts.map(({ id, text, action }) => (
        <div key={id} className={css.toast}>
          <span>{text}</span>
          {action && (
            <Button
              look="quiet"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <Button look="quiet" aria-label={t.close} onClick={() => dismiss(id)}>
            ×
          </Button>
        </div>
      ))}
    </div>
  );
}
