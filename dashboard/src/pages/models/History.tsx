/** Executions of one version: how long each took, and what went wrong. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { History as Asked } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { DurationBar, longestOf } from '@/pages/executions/DurationBar';
import { sayTrigger } from '@/pages/executions/input-words';
import { StatusBadge, sayStatus } from '@/pages/executions/Status';
import { words as executionWords } from '@/pages/executions/words';
import { Button } from '@/ui/Button';
import { Card, Row } from '@/ui/Layouts';
import { LongTable, useLongTable } from '@/ui/LongTable';
import { Empty, Loaded } from '@/ui/States';
import { inputOf, type Order } from '@/ui/sorting';
import css from './models.module.css';
import { historyQuery } from './queries';
import { words } from './words';

type Sort = NonNullable<Asked['sort']>;

// What did not come to an end is what somebody looks for.
const FAILED_FIRST: Order = { by: 'failed', isAscending: false };

export function History({ modelId }: { modelId: number }) {
  const t = useWords(words);
  const says = useWords(executionWords);
  const named = useWords(vocabulary);
  const format = useFormat();
  const asked = useLongTable(FAILED_FIRST);
  const { limit, order, setOrder } = asked;
  const query = useQuery(historyQuery({ modelId, limit, ...inputOf<Sort>(order) }));
  return (
    <Card>
      <Loaded
        query={query}
        height={30}
        isEmpty={(rows) => rows.length === 0}
        empty={
          <Empty title={t.noRuns}>
            <p>{t.noRunsText}</p>
          </Empty>
        }
      >
        {(rows) => (
          <>
            {order !== FAILED_FIRST && (
              <Row>
                <Button look="quiet" onClick={() => setOrder(FAILED_FIRST)}>
                  {says.orders['']}
                </Button>
              </Row>
            )}
            <LongTable
              caption={t.history}
              rows={rows}
              keyOf={(row) => row.id}
              asked={asked}
              isAwaited={query.isPlaceholderData}
              columns={[
                {
                  key: 'id',
                  isSorted: true,
                  label: t.execution,
                  textOf: (row) => `#${row.id}`,
                  cell: (row) => <Link href={`/executions/${row.id}`}>{`#${row.id}`}</Link>,
                },
                {
                  key: 'status',
                  isSorted: true,
                  label: t.status,
                  textOf: (row) => sayStatus(row, named),
                  cell: (row) => <StatusBadge execution={row} />,
                },
                {
                  key: 'duration',
                  isSorted: true,
                  label: t.duration,
                  cell: (row) => <DurationBar ms={row.durationMs} longest={longestOf(rows)} />,
                },
                {
                  key: 'requested',
                  isSorted: true,
                  isWhole: true,
                  label: t.requested,
                  cell: (row) => (row.requestedAt ? format.dateTime(row.requestedAt) : '–'),
                },
                {
                  key: 'trigger',
                  isSorted: true,
                  isWhole: true,
                  label: t.trigger,
                  cell: (row) => sayTrigger(row.trigger, says),
                },
                {
                  key: 'error',
                  label: t.error,
                  textOf: (row) => row.errorMsg ?? '',
                  cell: (row) => row.errorMsg && <span className={css.cause}>{row.errorMsg}</span>,
                },
              ]}
            />
          </>
        )}
      </Loaded>
    </Card>
  );
}
