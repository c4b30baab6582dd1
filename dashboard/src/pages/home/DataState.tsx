/** Whether the data that all of this is made of came, and how good it is: what is not well by name, the rest in a word. */
import { Link } from 'wouter';
import type { Home } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { sayPeriod } from '@/i18n/period';
import { useWords } from '@/i18n/words';
import { Icon } from '@/ui/Icon';
import { useNow } from '@/ui/useNow';
import css from './home.module.css';
import { gradeOf, scoresOf } from './quality';
import { words } from './words';

export function DataState({ found }: { found: Home }) {
  return (
    <section className={css.lines} aria-labelledby="home-data">
      <Heading />
      <Deliveries found={found} />
      <Quality found={found} />
    </section>
  );
}

function Heading() {
  const t = useWords(words);
  return (
    <h2 id="home-data" className="visually-hidden">
      {t.data}
    </h2>
  );
}

// The page of the datasets has all.
const SHOWN_UNPREPARED = 3;

function Deliveries({ found: { missing, missingCount, stats } }: { found: Home }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const { unprepared } = stats.quality;
  if (missing.length + unprepared.length === 0) {
    return (
      <Link href="/datasets" className={css.line ?? ''} data-tone="ok">
        <Icon name="check" />
        <span>{t.allCame}</span>
      </Link>
    );
  }
  return (
    <ul>
      {missing.map(({ id, title, createdAt }) => (
        <li key={id}>
          <Link href={`/recommendations/${id}`} className={css.line ?? ''} data-tone="bad">
            <Icon name="warning" />
            <span>
              {title} <small>{format.ago(createdAt, now)}</small>
            </span>
          </Link>
        </li>
      ))}
      <More
        n={missingCount - missing.length}
        say={t.moreMissing}
        href="/recommendations?view=all&category=optimisation"
      />
      {unprepared.slice(-SHOWN_UNPREPARED).map((each) => (
        <li key={each.versionId}>
          <Link
            href={`/datasets/${encodeURIComponent(each.dataset)}`}
            className={css.line ?? ''}
            data-tone="bad"
          >
            <Icon name="critical" />
            <span>
              {t.notPrepared(
                each.dataset,
                sayPeriod(each.windowStart, each.windowEnd, format, t.span),
              )}{' '}
              <small>{each.reason}</small>
            </span>
          </Link>
        </li>
      ))}
      <More n={unprepared.length - SHOWN_UNPREPARED} say={t.moreUnprepared} href="/datasets" />
    </ul>
  );
}

/** What there is no room for. */
function More({
  n,
  say,
  href,
}: {
  n: number;
  say: (n: number, said: string) => string;
  href: string;
}) {
  const format = useFormat();
  if (n <= 0) return null;
  return (
    <li>
      <Link href={href} className={css.line ?? ''} data-tone="bad">
        <Icon name="warning" />
        <span>{say(n, format.number(n))}</span>
      </Link>
    </li>
  );
}

function Quality({ found: { stats } }: { found: Home }) {
  const t = useWords(words);
  const format = useFormat();
  const scores = scoresOf(stats.quality);
  const [worst] = scores;
  if (!worst) return null;
  const grade = gradeOf(worst.score);
  const isAlone = scores.length === 1;
  const said = format.number(Math.floor(worst.score * 10) / 10);
  return (
    <Link
      href={grade === 'good' ? '/datasets' : `/datasets/${encodeURIComponent(worst.name)}`}
      className={css.line ?? ''}
      data-tone={{ good: 'ok', fair: 'warn', poor: 'bad' }[grade]}
    >
      <Icon name={grade === 'good' ? 'check' : 'warning'} />
      <span>
        {grade === 'good' && !isAlone ? t.qualityAll(said) : t.qualityOf(worst.name, said)}
        {worst.usable < 100 && (
          <small> {t.usable(format.number(Math.floor(worst.usable * 10) / 10))}</small>
        )}
      </span>
    </Link>
  );
}
