import { Link } from 'wouter';
import type { RecommendationStats } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Card } from '@/ui/Layouts';
import { Empty } from '@/ui/States';
import css from './home.module.css';
import { words } from './words';

const SEVERITIES = ['critical', 'warning', 'info'] as const;
const CATEGORIES = ['anomaly', 'trend', 'optimisation', 'forecast'] as const;

/** What waits for a decision by how serious they are, and by what they are about. */
export function OpenWork({ stats }: { stats: RecommendationStats }) {
  const t = useWords(words);
  const format = useFormat();
  if (stats.waiting === 0) {
    return (
      <Card title={t.bySeverity}>
        <Empty title={t.nothingOpen}>
          <p>{t.nothingOpenText}</p>
        </Empty>
      </Card>
    );
  }
  return (
    <Card title={t.bySeverity}>
      <ul className={css.severities}>
        {SEVERITIES.map((severity) => (
          <li key={severity}>
            <Link
              href={`/recommendations?severity=${severity}`}
              className={css.severity ?? ''}
              data-severity={severity}
            >
              <strong>{format.number(stats.waitingBySeverity[severity] ?? 0)}</strong>
              {t[severity]}
            </Link>
          </li>
        ))}
      </ul>
      <ul className={css.categories} aria-label={t.byCategory}>
        {CATEGORIES.map((category) => (
          <li key={category}>
            <Link href={`/recommendations?category=${category}`} className={css.category ?? ''}>
              <span>{t.categories[category]}</span>
              <span>{format.number(stats.waitingByCategory[category] ?? 0)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
