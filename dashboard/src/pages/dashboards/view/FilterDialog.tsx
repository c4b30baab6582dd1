import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Panel } from '@/api/client';
import { useValues } from '@/charts';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { sourceOf } from '@/query/config';
import { schemaOf } from '@/query/queries';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { SelectField } from '@/ui/Field';
import { Empty, Loaded, Skeleton } from '@/ui/States';
import css from '../dashboards.module.css';
import { valuesOf } from '../queries';
import { type Scope, type Value, withFilter } from '../scope';
import { words } from '../words';

/** Chooses a field that the panels have, and the values of it to keep. */
export function FilterDialog({
  panels,
  scope,
  onChange,
  onClose,
}: {
  panels: readonly Panel[];
  scope: Scope;
  onChange: (scope: Scope) => void;
  onClose: () => void;
}) {
  const t = useWords(words);
  const sources = [...new Set(panels.map((panel) => sourceOf(panel.queryConfig)))];
  const schemas = useQueries({ queries: sources.map(schemaOf) });
  const fields = new Map<string, { label: string; source: string }>();
  for (const { data } of schemas) {
    for (const { name, label, type } of data?.fields ?? []) {
      const isOfWords = type === 'string' || type === 'boolean';
      if (data && isOfWords && !fields.has(name)) fields.set(name, { label, source: data.source });
    }
  }
  const [chosen, setChosen] = useState<string | null>(null);
  const field = chosen ?? [...fields.keys()][0] ?? null;
  const source = field === null ? undefined : fields.get(field)?.source;
  return (
    <Dialog title={t.addFilter} onClose={onClose}>
      {field === null || !source ? (
        schemas.some((schema) => schema.isPending) ? (
          <Skeleton height={12} />
        ) : (
          <Empty title={t.noFields} />
        )
      ) : (
        <>
          <SelectField
            label={t.field}
            value={field}
            options={[...fields].map(([value, { label }]) => ({ value, label }))}
            onChange={(event) => setChosen(event.target.value)}
          />
          <Values
            key={field}
            source={source}
            field={field}
            chosen={scope.filters.find((each) => each.field === field)?.values ?? []}
            onApply={(values) => {
              onChange(withFilter(scope, field, values));
              onClose();
            }}
          />
        </>
      )}
    </Dialog>
  );
}

function Values({
  source,
  field,
  chosen,
  onApply,
}: {
  source: string;
  field: string;
  chosen: readonly Value[];
  onApply: (values: readonly Value[]) => void;
}) {
  const t = useWords(words);
  const format = useFormat();
  const say = useValues();
  const query = useQuery(valuesOf(source, field));
  const [picked, setPicked] = useState<readonly Value[]>(chosen);
  return (
    <Loaded
      query={query}
      height={12}
      isEmpty={(data) => data.rows.length === 0}
      empty={<Empty title={t.nothing} />}
    >
      {({ rows, columns }) => (
        <>
          <fieldset className={css.values}>
            <legend>{t.values}</legend>
            {rows.map(([value, count]) => {
              const [column] = columns;
              if (value === null || !column) return null;
              const own = value as Value;
              return (
                <label key={String(value)} className={css.value}>
                  <input
                    type="checkbox"
                    checked={picked.includes(own)}
                    onChange={(event) =>
                      setPicked(
                        event.target.checked
                          ? [...picked, own]
                          : picked.filter((each) => each !== own),
                      )
                    }
                  />
                  <span>{say(value, column)}</span>
                  <span className={css.small}>{format.compact(Number(count))}</span>
                </label>
              );
            })}
          </fieldset>
          <Actions>
            <Button look="primary" onClick={() => onApply(picked)}>
              {t.apply}
            </Button>
          </Actions>
        </>
      )}
    </Loaded>
  );
}
