/** A control with its label, hint and the server's messages, tied together for screen readers. */
import {
  type ComponentProps,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';
import { useWords } from '@/i18n/words';
import css from './ui.module.css';
import { words } from './words';

interface Common {
  label: string;
  hint?: ReactNode;
  /** What the server refused at this field. */
  problems?: readonly string[] | undefined;
}

function Frame({
  id,
  label,
  hint,
  problems = [],
  required,
  children,
}: Common & { id: string; required?: boolean | undefined; children: ReactNode }) {
  const t = useWords(words);
  return (
    <div className={css.field}>
      <label className={css.label} htmlFor={id}>
        {label}
        {required && <span className={css.hint}> ({t.required})</span>}
      </label>
      {children}
      {hint && (
        <span className={css.hint} id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {problems.length > 0 && (
        <span className={css.problem} id={`${id}-problem`} role="alert">
          {problems.join(' ')}
        </span>
      )}
    </div>
  );
}

function attributesOf(id: string, { hint, problems = [] }: Common) {
  const described = [hint && `${id}-hint`, problems.length > 0 && `${id}-problem`].filter(Boolean);
  return {
    id,
    className: css.input,
    'aria-invalid': problems.length > 0,
    'aria-describedby': described.join(' ') || undefined,
  } satisfies ComponentProps<'input'>;
}

export function TextField({
  label,
  hint,
  problems,
  ...rest
}: Common & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} problems={problems} required={rest.required}>
      <input {...rest} {...attributesOf(id, { label, hint, problems })} />
    </Frame>
  );
}

export function AreaField({
  label,
  hint,
  problems,
  ...rest
}: Common & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} problems={problems} required={rest.required}>
      <textarea {...rest} {...attributesOf(id, { label, hint, problems })} />
    </Frame>
  );
}

export function SelectField({
  label,
  hint,
  problems,
  options,
  ...rest
}: Common &
  SelectHTMLAttributes<HTMLSelectElement> & {
    options: readonly { value: string; label: string }[];
  }) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} problems={problems} required={rest.required}>
      <select {...rest} {...attributesOf(id, { label, hint, problems })}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}
