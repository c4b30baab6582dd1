/** Models by name: the active version of each, how it last ran, and how long that took. */
import { useQuery } from '@tanstack/react-query';
import type { ModelExecution, ModelStatus, ModelType } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { StatusBadge } from '@/pages/executions/Status';
import { useAddress } from '@/ui/Filters';
import { Item, Items } from '@/ui/Items';
import { Row } from '@/ui/Layouts';
import { ListPage } from '@/ui/ListPage';
import { useNow } from '@/ui/useNow';
import { ModelBadges } from './Badges';
import { groupsOf, type ModelGroup } from './group';
import { latestQuery, modelsQuery } from './queries';
import { words } from './words';

const TYPES: readonly ModelType[] = ['rule_based', 'statistical', 'ml'];
const ORDERS = ['', 'newest'] as const;
const STATUSES: readonly ModelStatus[] = ['active', 'draft', 'deprecated'];

export function List() {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const [read] = useAddress();
  const query = useQuery(modelsQuery);
  const wish = {
    text: read('q'),
    type: TYPES.find((each) => each === read('type')) ?? null,
    status: STATUSES.find((each) => each === read('status')) ?? null,
    isNewestFirst: read('sort') === 'newest',
  };
  return (
    <ListPage
      title={t.title}
      lead={t.lead}
      create={{ href: '/models/new', label: t.register }}
      search={t.search}
      orders={ORDERS.map((value) => ({ value, label: t.orders[value] }))}
      choices={[
        {
          name: 'type',
          label: t.type,
          options: TYPES.map((value) => ({ value, label: named.model_type[value] })),
        },
        {
          name: 'status',
          label: t.status,
          options: STATUSES.map((value) => ({ value, label: t.statuses[value] })),
        },
      ]}
      query={query}
      height={40}
      rowsOf={(models) => groupsOf(models, wish)}
      none={{ title: t.none, text: t.noneText, ever: t.noneEver }}
    >
      {(groups) => <Groups groups={groups} />}
    </ListPage>
  );
}

function Groups({ groups }: { groups: readonly ModelGroup[] }) {
  const t = useWords(words);
  const latest = useQuery(latestQuery(groups.map(({ shown }) => shown.id)));
  const byModel = new Map(latest.data?.map((each) => [each.modelId, each]));
  return (
    <Items label={t.title}>
      {groups.map((group) => (
        <Entry
          key={group.name}
          group={group}
          last={byModel.get(group.shown.id) ?? null}
          isKnown={latest.data !== undefined}
        />
      ))}
    </Items>
  );
}

function Entry({
  group: { name, shown, versions },
  last,
  isKnown,
}: {
  group: ModelGroup;
  last: ModelExecution | null;
  isKnown: boolean;
}) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const ran = last?.finishedAt ?? last?.requestedAt;
  return (
    <Item
      href={`/models/${shown.id}`}
      title={name}
      badges={<ModelBadges type={shown.type} status={shown.status} />}
      note={shown.description}
      facts={[
        {
          label: t.version,
          value:
            versions.length > 1
              ? `${shown.version} · ${t.versionsCount(versions.length)}`
              : shown.version,
        },
        { label: t.dataset, value: shown.dataset ?? '–' },
        {
          label: t.lastRun,
          value:
            last && ran ? (
              <Row>
                {format.ago(ran, now)}
                {last.status !== 'success' && <StatusBadge execution={last} />}
              </Row>
            ) : isKnown ? (
              t.never
            ) : (
              '…'
            ),
        },
        {
          label: t.lastDuration,
          value:
            last?.durationMs === null || last?.durationMs === undefined
              ? '–'
              : format.duration(last.durationMs),
        },
      ]}
    />
  );
}
