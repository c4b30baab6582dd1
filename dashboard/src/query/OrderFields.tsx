import { useWords } from '@/i18n/words';
import { CheckField } from '@/ui/CheckField';
import { SelectField, TextField } from '@/ui/Field';
import { namesOf } from './form';
import { labelOf } from './labels';
import type { PartProps } from './part';
import css from './query.module.css';
import { SubtotalFields } from './SubtotalFields';
import { words } from './words';

const numberOf = (text: string) =>
  text === '' ? null : Math.max(1, Math.trunc(Number(text)) || 1);

/** Order, the first so many groups, and the most rows. */
export function OrderFields(part: PartProps) {
  const { form, schema, problemsOf, onChange } = part;
  const t = useWords(words);
  const { sort, top } = form;
  const label = (name: string) => labelOf(schema, name);
  const columns = [...new Set([...namesOf(form), ...(sort ? [sort.by] : [])])];
  const others = form.kept?.sort ?? [];
  const isRanked = sort !== null && form.measures.length > 0 && form.groups.length > 0;
  return (
    <fieldset className={css.group}>
      <legend>{t.order}</legend>
      <div className={css.pair}>
        <SelectField
          label={t.sortBy}
          value={sort?.by ?? ''}
          hint={
            others.length > 0 ? t.thenBy(others.map(({ by }) => label(by)).join(', ')) : undefined
          }
          problems={problemsOf('sort')}
          options={[
            { value: '', label: t.unsorted },
            ...columns.map((value) => ({ value, label: label(value) })),
          ]}
          onChange={({ target: { value } }) =>
            onChange({
              ...form,
              sort: value ? { by: value, dir: sort?.dir ?? 'desc' } : null,
              top: value ? top : null,
            })
          }
        />
        {sort && (
          <SelectField
            label={t.direction}
            value={sort.dir}
            options={[
              { value: 'desc', label: t.desc },
              { value: 'asc', label: t.asc },
            ]}
            onChange={({ target }) =>
              onChange({ ...form, sort: { ...sort, dir: target.value as 'asc' | 'desc' } })
            }
          />
        )}
        {isRanked && (
          <TextField
            label={t.top}
            hint={t.topHint}
            type="number"
            min={1}
            max={1000}
            value={top?.n ?? ''}
            problems={problemsOf('top')}
            onChange={({ target }) => {
              const n = numberOf(target.value);
              onChange({ ...form, top: n === null ? null : { n, rest: top?.rest ?? '' } });
            }}
          />
        )}
        {isRanked && top && form.groups.length === 1 && (
          <TextField
            label={t.rest}
            hint={t.restHint}
            value={top.rest}
            maxLength={120}
            onChange={({ target }) => onChange({ ...form, top: { ...top, rest: target.value } })}
          />
        )}
        <TextField
          label={t.limit}
          hint={t.limitHint}
          type="number"
          min={1}
          max={5000}
          value={form.limit ?? ''}
          problems={problemsOf('limit')}
          onChange={({ target }) => onChange({ ...form, limit: numberOf(target.value) })}
        />
        {form.type === 'table' && form.measures.length > 0 && (
          <CheckField
            label={t.totals}
            checked={form.totals === true}
            onChange={({ target }) => onChange({ ...form, totals: target.checked })}
          />
        )}
      </div>
      {form.type === 'table' && form.measures.length > 0 && <SubtotalFields {...part} />}
    </fieldset>
  );
}
