import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { QueryConfig, SourceSchema } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { useAnswers } from '@/query/answers';
import { tableQueryOf } from '@/query/form';
import { schemaOf } from '@/query/queries';
import { startOf } from '@/query/starts';
import { Button } from '@/ui/Button';
import { Row } from '@/ui/Layouts';
import { outputsQuery } from '../queries';
import css from '../reports.module.css';
import { words } from '../words';
import { freeName, MOST_TABLES, namesOfTables, withoutTable, withTable } from './tables';

/** Which table is shown; another one begins with what the report's own source has. */
export function TableChoice({
  config,
  current,
  issues,
  onChoose,
  onChange,
}: {
  config: QueryConfig;
  current: string;
  issues: readonly Issue[];
  onChoose: (name: string) => void;
  onChange: (config: QueryConfig) => void;
}) {
  const t = useWords(words);
  const queries = useQueryClient();
  const { data: formats } = useQuery(outputsQuery);
  const names = namesOfTables(config);
  const titleOf = (name: string) => config.datasets[name]?.title ?? name;
  const isRefused = (name: string) =>
    issues.some(({ path }) => path[0] === 'datasets' && path[1] === name);
  const take = useAnswers(config.source, (schema: SourceSchema) => {
    const form = { ...startOf('table', schema), period: null };
    const name = freeName(config);
    onChange(withTable(config, name, tableQueryOf(form, schema)));
    onChoose(name);
  });
  return (
    <fieldset className={css.tables}>
      <legend>{t.tables}</legend>
      <Row>
        {names.length > 1 &&
          names.map((name) => (
            <Button key={name} aria-pressed={name === current} onClick={() => onChoose(name)}>
              {titleOf(name)}
              {isRefused(name) && <span className={css.bad}> {t.notRight}</span>}
            </Button>
          ))}
        {names.length < MOST_TABLES && (
          <Button
            look="quiet"
            onClick={() => void take(queries.fetchQuery(schemaOf(config.source)))}
          >
            {t.addTable}
          </Button>
        )}
        {names.length > 1 && formats && (
          <Button
            look="quiet"
            onClick={() => {
              onChange(withoutTable(config, current, formats));
              onChoose('');
            }}
          >
            {t.removeTable(titleOf(current))}
          </Button>
        )}
      </Row>
    </fieldset>
  );
}
