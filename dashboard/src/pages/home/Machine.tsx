/** The state of the platform itself in one line, as of when it is, and the switch that stops it from changing. */
import { useDeferredValue } from 'react';
import { Link } from 'wouter';
import type { DashboardStats } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { byPlatform } from '@/session/clock';
import { Button } from '@/ui/Button';
import { Badge, type Tone } from '@/ui/Layouts';
import { useNow } from '@/ui/useNow';
import css from './home.module.css';
import type { LiveHome, Liveness } from './useLiveHome';
import { words } from './words';

const TONES: Record<Liveness, Tone> = { live: 'ok', paused: 'plain', stale: 'warn' };

export function Machine({
  query,
  liveness,
  setPaused,
  stats,
}: LiveHome & { stats: DashboardStats }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  // The first time of day that a phone is to write takes it longer than all the figures.
  const asOf = useDeferredValue(stats.asOf, '');
  const { running, success24h, failed24h } = stats.executions;
  const failed = failed24h + stats.reports.failed24h;
  const all = success24h + running;
  const isPaused = liveness === 'paused';
  const href =
    failed24h > 0 ? '/executions?status=failed' : failed > 0 ? '/reports' : '/executions';
  const when =
    liveness === 'stale'
      ? t.saved(format.ago(byPlatform(query.dataUpdatedAt), now))
      : asOf && t.asOf(format.time(asOf));
  return (
    <section className={css.machine} aria-label={t.machine}>
      <Link href={href} className={css.line ?? ''} data-tone={failed > 0 ? 'bad' : undefined}>
        <span>
          {failed > 0
            ? t.failed(failed, format.number(failed))
            : t.well(all, format.number(all), format.number(running))}
        </span>
      </Link>
      <span role="status" className={css.live}>
        <Badge tone={TONES[liveness]}>{t[liveness]}</Badge> <small>{when}</small>
      </span>
      <Button look="quiet" onClick={() => setPaused(!isPaused)}>
        {isPaused ? t.resume : t.pause}
      </Button>
    </section>
  );
}
