/** A modal dialog: the browser's own, which keeps the focus inside and closes by Escape. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import css from './ui.module.css';

export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} className={css.dialog} aria-labelledby={id} onClose={onClose}>
      <div className={css.dialogBody}>
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

export const Actions = ({ children }: { children: ReactNode }) => (
  <div className={css.actions}>{children}</div>
);
