/** What one section of a page shows. */
import type { QueryConfig } from '@/api/client';
import { useWords } from '@/i18n/words';
import { columnsOf } from '@/query/config';
import { withPresent } from '@/query/options';
import { AreaField, SelectField, TextField } from '@/ui/Field';
import { words } from '../words';
import { defined } from './defined';
import type { Item } from './page';
import { namesOfTables } from './tables';

export function ItemFields({
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
