/** DRM's score of the latest delivery in its four parts, and the scores of those before it. */
import { useQuery } from '@tanstack/react-query';
import type { DatasetQuality } from '@/api/client';
import { type ChartRows, PanelChart } from '@/charts';
import { useWords } from '@/i18n/words';
import { Card } from '@/ui/Layouts';
import { Empty, Loaded } from '@/ui/States';
import css from './datasets.module.css';
import { qualityQuery, SCORES } from './queries';
import { Part, Score } from './Score';
import { trendOf } from './trend';
import { type DatasetWords, words } from './words';

const PARTS = ['completeness', 'validity', 'uniqueness', 'timeliness'] as const;

export function Quality({ name, latest }: { name: string; latest: DatasetQuality | null }) {
  const t = useWords(words);
  const query = useQuery(qualityQuery(name, SCORES));
  return (
    <>
      {latest && (
        <Card
          title={t.qualityTitle}
          aside={
            <Score
              score={latest.score}
              trend={trendOf(query.data?.map((each) => each.score) ?? [])}
            />
          }
        >
          <dl className={css.parts}>
            {PARTS.map((part) => (
              <Part key={part} label={t[part]} score={latest[part]} />
            ))}
          </dl>
        </Card>
      )}
      <Card title={t.qualityHistory}>
        <Loaded
          query={query}
          height={22}
          isEmpty={(scores) => scores.length === 0}
          empty={
            <Empty title={t.noScores}>
              <p>{t.noScoresText}</p>
            </Empty>
          }
        >
          {(scores) => (
            <PanelChart title={t.chartTitle} data={rowsOf(scores, t)} isTitleShown={false} />
          )}
        </Loaded>
      </Card>
    </>
  );
}

// Of a score.
const TICKS = [0, 25, 50, 75, 100];

/** Oldest first, one line; the parts stand in the table. */
function rowsOf(scores: readonly DatasetQuality[], t: DatasetWords): ChartRows {
  const score = (name: (typeof PARTS)[number] | 'score') =>
    ({ name, label: t[name], type: 'number', unit: null, decimals: 1 }) as const;
  return {
    columns: [
      { name: 'scoredAt', label: t.scoredAt, type: 'datetime', unit: null, decimals: null },
      score('score'),
      ...PARTS.map(score),
    ],
    rows: [...scores]
      .reverse()
      .map((each) => [
        (each.windowStart ?? each.scoredAt).replace('Z', ''),
        each.score,
        ...PARTS.map((part) => each[part]),
      ]),
    chart: {
      ...{ type: 'line', x: 'scoredAt', y: 'score', series: null, label: null },
      ...{ title: null, note: null },
    },
    spec: {
      ...{ kind: 'line', along: 'time', step: null, isList: false, rest: null, whole: null },
      isOwnTime: false,
      series: [{ name: null, others: 0, rows: scores.map((_, at) => at), own: [] }],
      yAxis: { ticks: TICKS, isCut: false },
      ...{ xAxis: null, unshown: [], notes: [], translations: {} },
    },
  };
}
