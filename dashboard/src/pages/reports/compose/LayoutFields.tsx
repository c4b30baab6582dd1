/** The sections of a PDF's page, in any order; none of them leaves the usual order. */
import type { QueryConfig } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { columnsOf } from '@/query/config';
import { withPresent } from '@/query/options';
import css from '@/query/query.module.css';
import { Repeated, replaced, without } from '@/query/Repeated';
import { Button } from '@/ui/Button';
import { AreaField, SelectField, TextField } from '@/ui/Field';
import { words } from '../words';
import { defined } from './defined';
import { ITEM_TYPES, type Item, type ItemType, itemOf, moved, withLayout } from './page';
import { namesOfTables } from './tables';

const MOST = 40;

export function LayoutFields({
  config,
  issues,
  onChange,
}: {
  config: QueryConfig;
  issues: readonly Issue[];
  onChange: (config: QueryConfig) => void;
}) {
  const t = useWords(words);
  const layout = config.layout ?? [];
  const set = (next: readonly Item[]) => onChange(withLayout(config, next));
  return (
    <Repeated
      legend={t.layout}
      rows={layout}
      most={MOST}
      addLabel={t.addSection}
      nameOf={({ type }) => t.sections[type]}
      onAdd={() => set([...layout, itemOf('table', config)])}
      onRemove={(at) => set(without(layout, at))}
      render={(item, at) => (
        <div className={css.pair}>
          <SelectField
            label={t.section}
            value={item.type}
            options={ITEM_TYPES.filter(
              (type) => type !== 'chart' || (config.charts?.length ?? 0) > 0,
            ).map((value) => ({ value, label: t.sections[value] }))}
            problems={problemsOf(issues, at, 'type')}
            onChange={({ target }) =>
              set(
                replaced(
                  layout,
                  at,
                  itemOf(
                    target.value as ItemType,
                    config,
                    'data' in item ? (item.data ?? undefined) : undefined,
                  ),
                ),
              )
            }
          />
          <ItemFields
            item={item}
            config={config}
            problems={(key) => problemsOf(issues, at, key)}
            onChange={(next) => set(replaced(layout, at, next))}
          />
          {at > 0 && (
            <Button look="quiet" onClick={() => set(moved(layout, at, -1))}>
              {t.moveUp}
            </Button>
          )}
        </div>
      )}
    />
  );
}

function ItemFields({
  item,
  config,
  problems,
  onChange,
}: {
  item: Item;
  config: QueryConfig;
  problems: (key: string) => readonly string[];
  onChange: (item: Item) => void;
}) {
  const t = useWords(words);
  const tables = namesOfTables(config).map((value) => ({
    value,
    label: config.datasets[value]?.title ?? value,
  }));
  const none = { value: '', label: t.noTable };
  const change = (part: object) => onChange(defined({ ...item, ...part }) as Item);
  const tableIn = (key: 'data' | 'worst', label: string, value = '', isNeeded = true) => (
    <SelectField
      label={label}
      value={value}
      options={withPresent(isNeeded ? tables : [none, ...tables], value)}
      problems={problems(key)}
      onChange={({ target }) => change({ [key]: target.value || undefined })}
    />
  );
  if (item.type === 'page_break') return null;
  if (item.type === 'chart') {
    return (
      <SelectField
        label={t.chart}
        value={String(item.chart)}
        options={(config.charts ?? []).map(({ title, type }, at) => ({
          value: String(at + 1),
          label: `${at + 1}. ${title ?? t.chartTypes[type]}`,
        }))}
        problems={problems('chart')}
        onChange={({ target }) => change({ chart: Number(target.value) })}
      />
    );
  }
  if (item.type === 'text') {
    const table = item.data ? config.datasets[item.data] : undefined;
    const known = table ? columnsOf(table).map((name) => `{${name}}`) : [];
    return (
      <>
        <TextField
          label={t.sectionTitle}
          value={item.title ?? ''}
          maxLength={120}
          problems={problems('title')}
          onChange={({ target }) => change({ title: target.value || undefined })}
        />
        {tableIn('data', t.valuesFrom, item.data ?? '', false)}
        <AreaField
          label={t.sectionText}
          hint={known.length > 0 ? t.textWords(known.join(', ')) : t.textPlain}
          value={item.text}
          maxLength={1000}
          problems={problems('text')}
          onChange={({ target }) => change({ text: target.value })}
        />
      </>
    );
  }
  return (
    <>
      {tableIn('data', t.sectionTable, item.data)}
      {item.type === 'summary' && tableIn('worst', t.worstOf, item.worst ?? '', false)}
    </>
  );
}

const problemsOf = (issues: readonly Issue[], at: number, key: string) =>
  issues
    .filter(
      ({ path }) =>
        path[0] === 'layout' && Number(path[1]) === at && String(path.at(-1) ?? 'type') === key,
    )
    .map(({ message }) => message);
