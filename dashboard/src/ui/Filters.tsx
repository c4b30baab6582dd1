/** What narrows a list; it lives in the address, so that a link shows the same and "back" undoes it. */
import { useSearchParams } from 'wouter';
import { useWords } from '@/i18n/words';
import { SelectField, TextField } from './Field';
import css from './filters.module.css';
import { words } from './words';

/** The server takes no longer text to look for. */
const LONGEST_SEARCH = 200;

/** The values of the address' query, and a way to change one; empty takes it away. */
export function useAddress(): [(name: string) => string, (name: string, value: string) => void] {
  const [params, setParams] = useSearchParams();
  const change = (name: string, value: string) =>
    setParams(
      (former) => {
        const next = new URLSearchParams(former);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return [(name) => params.get(name) ?? '', change];
}

export interface Choice {
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
  /** Its options are all that there is, such as orders; the first is that of an empty value. */
  isWhole?: boolean;
}

/** search: the label of a text that is looked for (`?q=`); each choice has "all" before its options. */
export function Filters({ search, choices }: { search?: string; choices: readonly Choice[] }) {
  const t = useWords(words);
  const [read, change] = useAddress();
  return (
    <search className={css.filters}>
      {search && (
        <TextField
          label={search}
          type="search"
          maxLength={LONGEST_SEARCH}
          value={read('q')}
          onChange={(event) => change('q', event.target.value)}
        />
      )}
      {choices.map(({ name, label, options, isWhole }) => (
        <SelectField
          key={name}
          label={label}
          value={read(name)}
          onChange={(event) => change(name, event.target.value)}
          options={isWhole ? options : [{ value: '', label: t.all }, ...options]}
        />
      ))}
    </search>
  );
}
