/** A query_config as a person reads it, with the JSON behind a line. */

import type { QueryConfig, TableQuery } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { sayCondition } from '@/query/condition';
import { headingOf } from '@/query/config';
import { saySource } from '@/query/sources';
import { words as queryWords } from '@/query/words';
import { Json } from '@/ui/Disclosure';
import { Facts } from '@/ui/Items';
import { Muted, Stack } from '@/ui/Layouts';
import css from './reports.module.css';
import { words } from './words';

export function QuerySummary({ config }: { config: QueryConfig }) {
  const t = useWords(words);
  const q = useWords(queryWords);
  const read = config;
  return (
    <Stack>
      <Facts
        facts={[
          read.source ? { label: t.source, value: saySource(read.source, q) } : null,
          read.where
            ? { label: t.conditions, value: sayCondition(read.where, read.params, q.periods) }
            : null,
        ]}
      />
      <h3>{t.tables}</h3>
      <ul className={css.summary}>
        {Object.entries(read.datasets).map(([name, table]) => (
          <li key={name}>
            <strong>{table.title ?? name}</strong>
            <Muted>
              <TableWords table={table} config={read} />
            </Muted>
          </li>
        ))}
      </ul>
      {(read.charts?.length ?? 0) > 0 && (
        <>
          <h3>{t.charts}</h3>
          <ul className={css.summary}>
            {read.charts?.map((chart) => (
              <li key={`${chart.type} ${chart.x} ${chart.y} ${chart.title}`}>
                {chart.title && <strong>{chart.title}</strong>}
                <Muted>{t.chartOf(t.chartTypes[chart.type], chart.y, chart.x)}</Muted>
              </li>
            ))}
          </ul>
        </>
      )}
      <Json label={t.raw} value={config} />
    </Stack>
  );
}

function TableWords({ table, config }: { table: TableQuery; config: QueryConfig }) {
  const t = useWords(words);
  const q = useWords(queryWords);
  const format = useFormat();
  const by = table.sort?.map((each) => each.by).join(', ');
  const parts = [
    t.columns(table.select.map(headingOf).join(', ')),
    table.source && t.sourceOf(saySource(table.source, q)),
    table.where && sayCondition(table.where, config.params, q.periods),
    table.top && t.top(format.number(table.top.n)),
    by && t.sorted(by),
  ];
  return <>{parts.filter(Boolean).join(' · ')}</>;
}
