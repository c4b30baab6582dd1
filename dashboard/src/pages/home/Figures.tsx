import { Link } from 'wouter';
import type { DashboardStats } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import css from './home.module.css';
import { words } from './words';

/** The platform in seven numbers; each leads to what it counts. */
export function Figures({ stats }: { stats: DashboardStats }) {
  const t = useWords(words);
  const format = useFormat();
  const { models, executions, reports, recommendations } = stats;
  return (
    <ul className={css.figures}>
      <Figure
        label={t.waiting}
        value={format.number(recommendations.waiting)}
        {...(recommendations.goneAway > 0 && {
          note: t.goneAway(format.number(recommendations.goneAway)),
        })}
        href="/recommendations"
      />
      <Figure
        label={t.running}
        value={format.number(executions.running)}
        href="/executions?status=running"
      />
      <Figure
        label={t.succeeded}
        value={format.number(executions.success24h)}
        href="/executions?status=success"
      />
      <Figure
        label={t.failed}
        value={format.number(executions.failed24h)}
        href="/executions?status=failed"
        isBad={executions.failed24h > 0}
      />
      <Figure
        label={t.typical}
        value={executions.p50Ms === null ? t.noneYet : format.duration(executions.p50Ms)}
        href="/executions"
      />
      <Figure label={t.reports} value={format.number(reports.ready)} href="/reports" />
      <Figure
        label={t.models}
        value={format.number(models.active)}
        note={t.ofTotal(format.number(models.total))}
        href="/models?status=active"
      />
    </ul>
  );
}

function Figure({
  label,
  value,
  note,
  href,
  isBad = false,
}: {
  label: string;
  value: string;
  note?: string;
  href: string;
  isBad?: boolean;
}) {
  return (
    <li>
      <Link href={href} className={css.figure ?? ''} data-bad={isBad || undefined}>
        <span className={css.figureLabel}>{label}</span>
        <span className={css.figureValue}>
          {value} {note && <small>{note}</small>}
        </span>
      </Link>
    </li>
  );
}
