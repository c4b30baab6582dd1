/** A form's frame: fields under each other, side by side where they belong together, and the rest of the refusals. */
import type { FormEvent, ReactNode } from 'react';
import css from './form.module.css';

export const Form = ({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) => (
  <form
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
