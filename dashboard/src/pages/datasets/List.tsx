/** Datasets: how fresh, how good, and whether that is getting worse. */
import { useQuery } from '@tanstack/react-query';
import type { Dataset } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { sayEnd } from '@/i18n/period';
import { useWords } from '@/i18n/words';
import { Item, Items } from '@/ui/Items';
import { Badge } from '@/ui/Layouts';
import { ListPage } from '@/ui/ListPage';
import { useNow } from '@/ui/useNow';
import { datasetsQuery, qualityQuery } from './queries';
import { Score, Usable } from './Score';
import { trendOf } from './trend';
import { type DatasetWords, words } from './words';

const SCORES_OF_TREND = 10;

export function List() {
  const t = useWords(words);
  const query = useQuery(datasetsQuery);
  return (
    <ListPage
      title={t.title}
      lead={t.lead}
      create={{ href: '/add', label: t.add }}
      query={query}
      height={24}
      rowsOf={(datasets) => datasets}
      none={{ title: t.none, text: t.noneText, ever: t.noneText }}
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
