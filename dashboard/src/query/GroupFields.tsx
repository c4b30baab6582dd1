import type { PanelType } from '@/api/client';
import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import { BUCKETS, type GroupRow, withColumns } from './form';
import { withPresent } from './options';
import type { PartProps } from './part';
import css from './query.module.css';
import { Repeated, replaced, without } from './Repeated';
import { words } from './words';

const MOST: Record<PanelType, number> = {
  bar: 2,
  line: 2,
  pie: 1,
  scatter: 2,
  metric: 0,
  table: 30,
};

// Weeks of other ends than Sunday are rare, and seven of them would hide the rest; a quarter is the report's own.
const isUsual = (bucket: string) => !/^(W|QS)-/.test(bucket);

export function GroupFields({ form, schema, problemsOf, onChange }: PartProps) {
  const t = useWords(words);
  const { groups, type } = form;
  const isTime = (field: string) =>
    ['date', 'datetime'].includes(schema.fields.find(({ name }) => name === field)?.type ?? '');
  const options = schema.fields.map(({ name, label }) => ({ value: name, label }));
  const set = (next: readonly GroupRow[]) => onChange(withColumns(form, { groups: next }));
  const row = (field: string): GroupRow => ({
    field,
    bucket: isTime(field) && form.measures.length > 0 ? 'day' : null,
  });
  const labelOf = (at: number) =>
    type === 'table'
      ? t.column
      : type === 'scatter'
        ? at === 0
          ? t.pointNames
          : t.series
        : at === 0
          ? t.along
          : t.series;
  const free = schema.fields.find(({ name }) => !groups.some(({ field }) => field === name));
  return (
    <Repeated
      legend={type === 'table' ? t.columns : t.groups}
      rows={groups}
      most={free ? MOST[type] : groups.length}
      fewest={type === 'table' ? (form.measures.length > 0 ? 0 : 1) : 1}
      addLabel={type === 'table' ? t.addColumn : t.addSeries}
      nameOf={({ field }) => field}
      onAdd={() => free && set([...groups, row(free.name)])}
      onRemove={(at) => set(without(groups, at))}
      render={(group, at) => (
        <div className={css.pair}>
          <SelectField
            label={labelOf(at)}
            value={group.field}
            options={withPresent(options, group.field)}
            problems={problemsOf(`groups.${at}`)}
            onChange={({ target }) => set(replaced(groups, at, row(target.value)))}
          />
          {isTime(group.field) && (
            <SelectField
              label={t.bucket}
              value={group.bucket ?? ''}
              options={[
                { value: '', label: t.exact },
                ...BUCKETS.filter((value) => isUsual(value) || value === group.bucket).map(
                  (value) => ({ value, label: t.buckets[value] }),
                ),
              ]}
              onChange={({ target }) =>
                set(
                  replaced(groups, at, {
                    ...group,
                    bucket: BUCKETS.find((each) => each === target.value) ?? null,
                  }),
                )
              }
            />
          )}
        </div>
      )}
    />
  );
}
