/** One table of the report, by the form that panels have as well. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { QueryConfig, SourceSchema, TableQuery } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { FormFields } from '@/query/FormFields';
import { formOfTable, type PanelForm, placeOf, tableQueryOf } from '@/query/form';
import { schemaOf } from '@/query/queries';
import { conditionsOf } from '@/query/where';
import { words as queryWords } from '@/query/words';
import { TextField } from '@/ui/Field';
import { Skeleton } from '@/ui/States';
import { words } from '../words';
import { isCommon, namesOfTables, withTable } from './tables';

export function TableFields({
  config,
  name,
  issues,
  onChange,
}: {
  config: QueryConfig;
  name: string;
  issues: readonly Issue[];
  onChange: (config: QueryConfig) => void;
}) {
  const t = useWords(words);
  const q = useWords(queryWords);
  const table = config.datasets[name] as TableQuery;
  const source = table.source ?? config.source;
  const [stored, setStored] = useState(() => formOfTable('table', source, table));
  const { data: schema } = useQuery(schemaOf(source));
  const form = stored && {
    ...stored,
    hasOuterPeriod:
      isCommon(config, table) && (conditionsOf([config.where])?.period ?? null) !== null,
  };
  function change(next: PanelForm, of: SourceSchema | undefined = schema) {
    setStored(next);
    const own = next.source !== config.source || table.source !== undefined;
    onChange(
      withTable(config, name, {
        ...(table.title && { title: table.title }),
        ...(own && { source: next.source }),
        ...tableQueryOf(next, of),
      }),
    );
  }
  const problemsOf = (place: string) =>
    issues
      .filter(({ path }) => form && path[0] === 'datasets' && String(path[1]) === name)
      .filter(({ path }) => path[2] !== 'title' && form && placeOf(path, form) === place)
      .map(({ message }) => message);
  const isAlone = namesOfTables(config).length === 1 && isCommon(config, table);
  return (
    <>
      <TextField
        label={t.tableTitle}
        value={table.title ?? ''}
        maxLength={120}
        problems={issues
          .filter(({ path }) => path[1] === name && path[2] === 'title')
          .map(({ message }) => message)}
        onChange={({ target: { value } }) => {
          const { title: _, ...rest } = table;
          onChange(withTable(config, name, value ? { title: value, ...rest } : rest));
        }}
      />
      {form === null ? (
        <p>{q.beyondForm}</p>
      ) : schema ? (
        <FormFields
          form={form}
          schema={schema}
          params={config.params}
          isWithinCommon={isAlone && table.where === undefined}
          problemsOf={problemsOf}
          onChange={change}
        />
      ) : (
        <Skeleton height={20} />
      )}
    </>
  );
}
