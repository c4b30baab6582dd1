/** A quality score with its tone, and where it is going. */
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Badge, type Tone } from '@/ui/Layouts';
import css from './datasets.module.css';
import type { Trend } from './trend';
import { words } from './words';

const GOOD = 95;
const FAIR = 80;
const SIGNS: Record<Trend, string> = { up: '↗', down: '↘', flat: '→' };

const toneOf = (score: number): Tone => (score >= GOOD ? 'ok' : score >= FAIR ? 'warn' : 'bad');

export function Score({ score, trend = null }: { score: number | null; trend?: Trend | null }) {
  const t = useWords(words);
  const format = useFormat();
  if (score === null) return <>{t.notScored}</>;
  return (
    <Badge tone={toneOf(score)}>
      {format.number(Math.round(score * 10) / 10)}
      {trend && (
        <>
          <span aria-hidden="true"> {SIGNS[trend]}</span>
          <span className="visually-hidden">, {t.trend[trend]}</span>
        </>
      )}
    </Badge>
  );
}

/** The share of a delivery's rows that could be used, 0 to 100; null where nothing was delivered. */
export function Usable({ share }: { share: number | null }) {
  const t = useWords(words);
  const format = useFormat();
  if (share === null) return <>–</>;
  // Cut, not rounded: what is not all must not read as all.
  return (
    <Badge tone={toneOf(share)}>{t.usableShare(format.number(Math.floor(share * 10) / 10))}</Badge>
  );
}

export function Part({ label, score }: { label: string; score: number }) {
  const format = useFormat();
  return (
    <div className={css.part}>
      <dt>{label}</dt>
      <dd>
        <span className={css.track} aria-hidden="true">
          <span data-tone={toneOf(score)} style={{ width: `${score}%` }} />
        </span>
        {format.number(Math.round(score * 10) / 10)}
      </dd>
    </div>
  );
}
