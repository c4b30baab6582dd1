/** What all tables of the report's own source share: the source, a period and conditions. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { QueryConfig, SourceSchema } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { useAnswers } from '@/query/answers';
import { ConditionFields } from '@/query/ConditionFields';
import { conditionPlace } from '@/query/form';
import { PeriodField } from '@/query/PeriodField';
import { schemaOf } from '@/query/queries';
import { useSources } from '@/query/sources';
import { type Conditions, conditionsOf, type Period, whereOf } from '@/query/where';
import { words as queryWords } from '@/query/words';
import { SelectField } from '@/ui/Field';
import { Group } from '@/ui/Form';
import { Skeleton } from '@/ui/States';
import { startOf } from '../starts';
import { words } from '../words';
import { namesOfTables, withDefault, withWhere } from './tables';

const NONE: Conditions = { period: null, periodField: null, conditions: [] };

export function CommonFields({
  config,
  issues,
  onChange,
  onRestart,
}: {
  config: QueryConfig;
  issues: readonly Issue[];
  onChange: (config: QueryConfig) => void;
  /** With a query of another source, which has nothing of the former one. */
  onRestart: (config: QueryConfig) => void;
}) {
  const t = useWords(words);
  const q = useWords(queryWords);
  const queries = useQueryClient();
  const { data: schema, isError } = useQuery(schemaOf(config.source));
  const [common, setCommon] = useState(() => conditionsOf([config.where]) ?? NONE);
  const take = useAnswers(config, (found: SourceSchema) => onRestart(startOf(found)));
  const sources = useSources(config.source);
  const isAlone = namesOfTables(config).length === 1;
  const problemsOf = (place: string) =>
    issues
      .filter(({ path: [first, ...rest] }) =>
        first === 'where' ? conditionPlace(rest.map(String), common) === place : first === place,
      )
      .map(({ message }) => message);
  function set(change: Partial<Conditions>, of = config) {
    const next = { ...common, ...change };
    setCommon(next);
    onChange(withWhere(of, whereOf(next, schema)));
  }
  const { period } = common;
  const param =
    typeof period === 'object' && period !== null && 'param' in period ? period.param : null;
  function changePeriod(next: Period) {
    // A parameter that the tables name as well: it is that one which changes.
    if (param !== null && next !== null && !(typeof next === 'object' && 'param' in next)) {
      onChange(withDefault(config, param, next));
    } else set({ period: next });
  }
  return (
    <Group legend={isAlone ? t.whichRows : t.ofAllTables}>
      <SelectField
        label={q.source}
        value={config.source}
        disabled={!isAlone}
        hint={isAlone ? undefined : t.sourceOfAll}
        options={sources}
        problems={problemsOf('source')}
        onChange={({ target: { value } }) => void take(queries.fetchQuery(schemaOf(value)))}
      />
      {schema ? (
        <>
          {(schema.time !== null || period !== null) && (
            <PeriodField
              value={
                param === null ? period : ((config.params?.[param]?.default as Period) ?? null)
              }
              problems={problemsOf('period')}
              onChange={changePeriod}
            />
          )}
          <ConditionFields
            value={common}
            schema={schema}
            params={config.params}
            problemsOf={problemsOf}
            onChange={set}
          />
        </>
      ) : (
        !isError && <Skeleton height={10} />
      )}
    </Group>
  );
}
