/** Executions, those that failed lately first, by status and model. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ExecutionFilter, ModelExecution } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { modelsQuery } from '@/pages/models/queries';
import { Arrived } from '@/ui/arrived/Arrived';
import { Button } from '@/ui/Button';
import { useAddress } from '@/ui/Filters';
import { Item, Items } from '@/ui/Items';
import { Row } from '@/ui/Layouts';
import { ListPage } from '@/ui/ListPage';
import { useNow } from '@/ui/useNow';
import { useSettled } from '@/ui/useSettled';
import { words as uiWords } from '@/ui/words';
import { DurationBar, longestOf } from './DurationBar';
import { sayTrigger } from './input-words';
import { executionsQuery } from './queries';
import { StatusBadge } from './Status';
import type { Outcome } from './tones';
import { useRenewed } from './useRenewed';
import { words } from './words';

const STEP = 50;
const MOST = 1000;
const OUTCOMES: Record<Outcome, ExecutionFilter> = {
  running: { status: 'running' },
  success: { status: 'success' },
  failed: { status: 'failed', isSuperseded: false },
  superseded: { isSuperseded: true },
};
const ORDERS = {
  '': { sort: 'failed' },
  newest: {},
  oldest: { sort: 'id', isAscending: true },
  longest: { sort: 'duration' },
} as const satisfies Record<string, Pick<ExecutionFilter, 'sort' | 'isAscending'>>;
const BY = Object.keys(ORDERS) as (keyof typeof ORDERS)[];
const NAMES = Object.keys(OUTCOMES) as Outcome[];

export function List() {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const [read] = useAddress();
  const [limit, setLimit] = useState(STEP);
  const models = useQuery(modelsQuery);
  const outcome = NAMES.find((each) => each === read('status'));
  const modelId = Number(read('model')) || null;
  const q = useSettled(read('q').trim()) || null;
  const order = ORDERS[BY.find((each) => each === read('sort')) ?? ''];
  const filter = { ...(outcome && OUTCOMES[outcome]), ...order, q, limit, modelId };
  const query = useQuery(executionsQuery(filter));
  const arrived = useRenewed(filter, query);
  return (
    <ListPage
      title={t.title}
      lead={t.lead}
      search={t.search}
      orders={BY.map((value) => ({ value, label: t.orders[value] }))}
      choices={[
        {
          name: 'status',
          label: t.status,
          options: NAMES.map((value) => ({ value, label: named.execution_status[value] })),
        },
        {
          name: 'model',
          label: t.model,
          options: (models.data ?? []).map((model) => ({
            value: String(model.id),
            label: t.of(model.name, model.version),
          })),
        },
      ]}
      query={query}
      height={40}
      rowsOf={(rows) => rows}
      none={{
        title: t.none,
        text: t.noneText,
        ever: outcome || modelId || q ? t.noneText : t.noneEver,
      }}
    >
      {(rows) => (
        <Arrived arrived={arrived} isCurrent={query.isSuccess} onShow={query.refetch}>
          <Rows
            rows={rows}
            onMore={rows.length === limit && limit < MOST ? () => setLimit(limit + STEP) : null}
          />
        </Arrived>
      )}
    </ListPage>
  );
}

function Rows({ rows, onMore }: { rows: readonly ModelExecution[]; onMore: (() => void) | null }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const format = useFormat();
  const now = useNow();
  const longest = longestOf(rows);
  return (
    <>
      <Items label={t.title}>
        {rows.map((each) => (
          <Item
            key={each.id}
            href={`/executions/${each.id}`}
            title={`#${each.id} ${t.of(each.modelName, each.modelVersion)}`}
            badges={<StatusBadge execution={each} />}
            note={each.errorMsg ?? sayTrigger(each.trigger, t)}
            facts={[
              {
                label: t.duration,
                value: <DurationBar ms={each.durationMs} longest={longest} />,
              },
              {
                label: t.requested,
                value: each.requestedAt ? format.ago(each.requestedAt, now) : '–',
              },
            ]}
          />
        ))}
      </Items>
      {onMore && (
        <Row>
          <Button onClick={onMore}>{ui.more}</Button>
        </Row>
      )}
    </>
  );
}
