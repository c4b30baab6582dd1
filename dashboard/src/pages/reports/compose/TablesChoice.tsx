/** Which tables go into a file, in the order in which they were chosen. */
import { CheckField } from '@/ui/CheckField';
import { Muted } from '@/ui/Layouts';
import css from '../reports.module.css';

export function TablesChoice({
  legend,
  hint,
  options,
  value,
  problems,
  onChange,
}: {
  legend: string;
  hint: string;
  options: readonly { value: string; label: string }[];
  /** None for what the server takes by itself. */
  value: readonly string[];
  problems: readonly string[];
  onChange: (names: readonly string[]) => void;
}) {
  return (
    <fieldset className={css.tables}>
      <legend>{legend}</legend>
      {options.map(({ value: name, label }) => (
        <CheckField
          key={name}
          label={label}
          checked={value.includes(name)}
          onChange={({ target }) =>
            // What was chosen keeps its order, which the file follows.
            onChange(target.checked ? [...value, name] : value.filter((each) => each !== name))
          }
        />
      ))}
      {hint && <Muted>{hint}</Muted>}
      {problems.length > 0 && (
        <p className={css.bad} role="alert">
          {problems.join(' ')}
        </p>
      )}
    </fieldset>
  );
}
