/** One recommendation in the list. */
import { Link } from 'wouter';
import type { ListedRecommendation } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import type { Decisions } from '@/offline/decisions';
import { useNow } from '@/ui/useNow';
import { seriesName } from './evidence';
import { SeverityMark, StandingMarks } from './Marks';
import css from './recommendations.module.css';
import { Sparkline } from './Sparkline';
import type { Selection } from './useSelection';
import { words } from './words';

export function Item({
  recommendation,
  href,
  causeHref,
  isCurrent,
  decisions,
  selection,
}: {
  recommendation: ListedRecommendation;
  href: string;
  /** To those of the same cause; null where each stands by itself. */
  causeHref: string | null;
  isCurrent: boolean;
  decisions: Decisions;
  selection: Selection | null;
}) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const format = useFormat();
  const now = useNow();
  const { id, title, severity, category, dataset, uniqueId, occurrences, createdAt, sparkline } =
    recommendation;
  return (
    <li
      id={`item-${id}`}
      className={css.item}
      data-severity={severity}
      data-current={isCurrent || undefined}
      data-selected={selection?.has(id) || undefined}
    >
      {selection && (
        <label className={css.tick}>
          <input
            type="checkbox"
            checked={selection.has(id)}
            onChange={() => selection.toggle(id)}
          />
          <span className="visually-hidden">{t.select(title)}</span>
        </label>
      )}
      <div className={css.itemBody}>
        <p className={css.itemTop}>
          <SeverityMark recommendation={recommendation} />
          <span>{named.category[category]}</span>
          <Sparkline values={sparkline} />
        </p>
        <Link href={href} className={css.itemTitle ?? ''} aria-current={isCurrent || undefined}>
          {title}
        </Link>
        {recommendation.cause && causeHref && (
          <Link href={causeHref} className={css.more ?? ''}>
            {t.alsoOf(recommendation.cause.count - 1)}
          </Link>
        )}
        <p className={css.itemFoot}>
          <span>{[dataset, seriesName(uniqueId, t.allSeries)].filter(Boolean).join(' · ')}</span>
          {occurrences > 1 && <span>{t.times(occurrences)}</span>}
          <time dateTime={createdAt} title={format.dateTime(createdAt)}>
            {format.ago(createdAt, now)}
          </time>
          <StandingMarks recommendation={recommendation} decisions={decisions} />
        </p>
      </div>
    </li>
  );
}
