/** By which of its groups a table has subtotals. */
import { useWords } from '@/i18n/words';
import { CheckField } from '@/ui/CheckField';
import { nameOfGroup } from './form';
import { labelOf } from './labels';
import { Problem } from './Problem';
import type { PartProps } from './part';
import css from './query.module.css';
import { words } from './words';

/** As the server allows. */
const MOST = 5;

export function SubtotalFields({ form, schema, problemsOf, onChange }: PartProps) {
  const t = useWords(words);
  const { groups, subtotals = [] } = form;
  const names = groups.map(nameOfGroup);
  const problems = problemsOf('subtotals');
  // Of a single group each row would be its own subtotal.
  if (names.length < 2 && subtotals.length === 0) return null;
  return (
    <fieldset className={css.group}>
      <legend>{t.subtotals}</legend>
      <div className={css.pair}>
        {groups.map((group, at) => {
          const name = names[at] ?? '';
          const isChosen = subtotals.includes(name);
          return (
            <CheckField
              key={name}
              label={group.naming?.label ?? labelOf(schema, group.field)}
              checked={isChosen}
              disabled={!isChosen && subtotals.length >= MOST}
              onChange={({ target }) =>
                onChange({
                  ...form,
                  // In the order of the columns, whenever they were chosen.
                  subtotals: names.filter((each) =>
                    each === name ? target.checked : subtotals.includes(each),
                  ),
                })
              }
            />
          );
        })}
      </div>
      {problems.length > 0 && <Problem>{problems.join(' ')}</Problem>}
    </fieldset>
  );
}
