import { Link } from 'wouter';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Card } from '@/ui/Layouts';
import { Empty } from '@/ui/States';
import css from './home.module.css';
import { words } from './words';

const GOOD = 95;
const FAIR = 80;

const gradeOf = (score: number) => (score >= GOOD ? 'good' : score >= FAIR ? 'fair' : 'poor');

/**
 * scores: DRM's, 0 to 100, of each dataset's latest data; null if it was never scored. usable: of the same data
 * the share of rows that could be used, 0 to 100; told where it is not all.
 */
export function Quality({
  scores,
  usable,
}: {
  scores: Record<string, number | null>;
  usable: Record<string, number | null>;
}) {
  const t = useWords(words);
  const format = useFormat();
  const names = Object.keys(scores).sort((a, b) => (scores[a] ?? 101) - (scores[b] ?? 101));
  return (
    <Card title={t.quality}>
      {names.length === 0 ? (
        <Empty title={t.noQuality}>
          <p>{t.noQualityText}</p>
        </Empty>
      ) : (
        <ul className={css.scores}>
          {names.map((name) => {
            const score = scores[name] ?? null;
            const share = usable[name] ?? 100;
            return (
              <li key={name}>
                <Link href={`/datasets/${encodeURIComponent(name)}`} className={css.score ?? ''}>
                  <span>
                    {name}
                    {share < 100 && (
                      <small> {t.usable(format.number(Math.floor(share * 10) / 10))}</small>
                    )}
                  </span>
                  <span>{score === null ? t.notScored : format.number(score)}</span>
                  {score !== null && (
                    <meter
                      className={css.meter}
                      data-grade={gradeOf(score)}
                      min={0}
                      max={100}
                      value={score}
                      aria-label={t.qualityOf(name, format.number(score))}
                    />
                  )}
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
