/** A form's frame: fields under each other, side by side where they belong together, and the rest of the refusals. */
import { type FormEvent, type ReactNode, type RefObject, useEffect, useRef } from 'react';
import css from './form.module.css';

export function Form({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  const form = useRef<HTMLFormElement>(null);
  useRefusedFocus(form);
  return (
    <form
      ref={form}
      className={css.form}
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

/** Leads to the first field that was refused after a button was pressed, however far away it is. */
function useRefusedFocus(form: RefObject<HTMLFormElement | null>) {
  const wasRefused = useRef(false);
  useEffect(() => {
    const refused = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    const active = document.activeElement;
    // A button that is busy has lost the focus; whoever types in another field keeps it.
    const isAtButton = active === document.body || active?.closest('button') !== null;
    if (refused && !wasRefused.current && isAtButton) refused.focus();
    wasRefused.current = refused !== null && refused !== undefined;
  });
}

export const Fields = ({ children }: { children: ReactNode }) => (
  <div className={css.fields}>{children}</div>
);

export const Group = ({ legend, children }: { legend: string; children: ReactNode }) => (
  <fieldset className={css.group}>
    <legend>{legend}</legend>
    {children}
  </fieldset>
);

/** title: what happened; problems: those that stand at no field of the form. */
export function Refused({ title, problems }: { title: string; problems: readonly string[] }) {
  return (
    <div className={css.refused} role="alert">
      <p>{title}</p>
      {problems.length > 0 && (
        <ul>
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
