/** Datasets: how fresh, how good, and whether that is getting worse. */
import { useQuery } from '@tanstack/react-query';
import type { Dataset } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { sayEnd } from '@/i18n/period';
import { useWords } from '@/i18n/words';
import { useAddress } from '@/ui/Filters';
import { Item, Items } from '@/ui/Items';
import { Badge } from '@/ui/Layouts';
import { ListPage } from '@/ui/ListPage';
import { inOrderOf, type Sortable } from '@/ui/sorting';
import { useNow } from '@/ui/useNow';
import { datasetsQuery, qualityQuery } from './queries';
import { Score, Usable } from './Score';
import { trendOf } from './trend';
import { type DatasetWords, words } from './words';

const SCORES_OF_TREND = 10;
const ORDERS = ['', 'name', 'prepared', 'quality'] as const;

type Sort = (typeof ORDERS)[number];

/** Without an order they come as the platform gives them. */
function found(
  datasets: readonly Dataset[],
  text: string,
  order: Sort,
  compare: (a: string, b: string) => number,
): readonly Dataset[] {
  const wanted = datasets.filter(({ name, description }) =>
    `${name} ${description}`.toLocaleLowerCase().includes(text),
  );
  const sorted = (sortOf: (each: Dataset) => Sortable, isAscending: boolean) =>
    inOrderOf(wanted, sortOf, isAscending, compare);
  switch (order) {
    case 'name':
      return sorted(({ name }) => name, true);
    case 'prepared':
      return sorted(({ latest }) => latest?.preparedAt, false);
    case 'quality':
      return sorted(({ latest }) => latest?.qualityScore, true);
    default:
      return wanted;
  }
}

export function List() {
  const t = useWords(words);
  const format = useFormat();
  const [read] = useAddress();
  const query = useQuery(datasetsQuery);
  const text = read('q').trim().toLocaleLowerCase();
  const order = ORDERS.find((each) => each === read('sort')) ?? '';
  return (
    <ListPage
      title={t.title}
      lead={t.lead}
      create={{ href: '/add', label: t.add }}
      search={t.search}
      orders={ORDERS.map((value) => ({ value, label: t.orders[value] }))}
      query={query}
      height={24}
      rowsOf={(datasets) => found(datasets, text, order, format.inOrder)}
      none={{ title: t.none, text: t.noMatch, ever: t.noneText }}
    >
      {(datasets) => (
        <Items label={t.title}>
          {datasets.map((dataset) => (
            <Entry key={dataset.id} dataset={dataset} />
          ))}
        </Items>
      )}
    </ListPage>
  );
}

function Entry({ dataset }: { dataset: Dataset }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const { latest, preparing, unprepared } = dataset;
  const scores = useQuery(qualityQuery(dataset.name, SCORES_OF_TREND));
  const trend = trendOf(scores.data?.map((each) => each.score) ?? []);
  return (
    <Item
      href={`/datasets/${encodeURIComponent(dataset.name)}`}
      title={dataset.name}
      badges={
        <>
          <Badge>{sayStep(dataset.freq, t)}</Badge>
          {preparing && (
            <Badge tone="info">
              {t.preparingSome(format.number(preparing.done), format.number(preparing.total))}
            </Badge>
          )}
          {unprepared.length > 0 && <Badge tone="bad">{t.isUnprepared(unprepared.length)}</Badge>}
        </>
      }
      note={unprepared[0]?.reason ?? dataset.description}
      facts={[
        {
          label: t.latest,
          value: latest ? sayEnd(latest.windowStart, latest.windowEnd, format) : t.nothingYet,
        },
        {
          label: t.prepared,
          value: latest?.preparedAt ? format.ago(latest.preparedAt, now) : '–',
        },
        { label: t.rows, value: latest?.rowsOut == null ? '–' : format.number(latest.rowsOut) },
        {
          label: t.quality,
          value: <Score score={latest?.qualityScore ?? null} trend={trend} />,
        },
        { label: t.usable, value: <Usable share={latest?.usablePct ?? null} /> },
      ]}
    />
  );
}

export const sayStep = (freq: string | null, t: DatasetWords) =>
  freq === null ? t.events : (t.steps[freq as keyof typeof t.steps] ?? freq);
