/** Data that came and was not prepared: the first thing to know, for all figures lack it. */
import { Link } from 'wouter';
import type { Unprepared as Delivery } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { sayPeriod } from '@/i18n/period';
import { useWords } from '@/i18n/words';
import { Icon } from '@/ui/Icon';
import css from './home.module.css';
import { words } from './words';

export function Unprepared({ deliveries }: { deliveries: readonly Delivery[] }) {
  const t = useWords(words);
  const format = useFormat();
  if (deliveries.length === 0) return null;
  return (
    <section className={css.unprepared} aria-label={t.unprepared}>
      <h2>
        <Icon name="critical" /> {t.unprepared}
      </h2>
      <ul>
        {deliveries.map((each) => (
          <li key={each.versionId}>
            <Link href={`/datasets/${encodeURIComponent(each.dataset)}`}>{each.dataset}</Link>
            {', '}
            {sayPeriod(each.windowStart, each.windowEnd, format, t.span)}
            <p>{each.reason}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
