/** The gravest that wait for a decision; who may decide accepts them here. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Home, Waiting as Row } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Button, ButtonLink } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Empty } from '@/ui/States';
import { useNow } from '@/ui/useNow';
import { remaining, stillListed } from './accepted';
import css from './home.module.css';
import { homeQuery } from './queries';
import { words } from './words';

export function Waiting({ found }: { found: Home }) {
  const t = useWords(words);
  const format = useFormat();
  const { accepted, accept } = useAccept(found.gravest);
  const { waiting } = found.stats.recommendations;
  const { rows, isMore } = remaining(found, accepted);
  return (
    <section className={css.part} aria-labelledby="home-waiting">
      <div className={css.head}>
        <h2 id="home-waiting">{t.waiting}</h2>
        {waiting > 0 && (
          <Link href="/recommendations" className={css.all ?? ''}>
            {t.allOf(format.number(waiting))}
          </Link>
        )}
      </div>
      {rows.length > 0 ? (
        <ul className={css.waiting} aria-label={t.gravest}>
          {rows.map((row) => (
            <Entry key={row.id} row={row} onAccept={() => void accept(row)} />
          ))}
        </ul>
      ) : isMore ? (
        <ButtonLink href="/recommendations" look="primary">
          {t.goOn}
        </ButtonLink>
      ) : (
        <Nothing found={found} />
      )}
    </section>
  );
}

function Entry({ row, onAccept }: { row: Row; onAccept: () => void }) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const format = useFormat();
  const now = useNow();
  const { isAdmin } = useUser();
  const { id, title, severity, dataset, uniqueId, createdAt } = row;
  const place = [dataset, uniqueId === 'all' ? null : uniqueId].filter(Boolean).join(' · ');
  return (
    <li className={css.entry} data-severity={severity}>
      <Link href={`/recommendations/${id}`} className={css.open ?? ''}>
        <span className={css.grade} data-severity={severity}>
          <Icon name={severity} />
          <span className="visually-hidden">{named.severity[severity]}</span>
        </span>
        <span className={css.entryTitle}>{title}</span>
        <span className={css.entryNote}>
          {place && <span className={css.place}>{place}</span>}
          <time dateTime={createdAt}>{format.ago(createdAt, now)}</time>
        </span>
      </Link>
      {isAdmin && (
        <Button aria-label={t.acceptOf(title)} onClick={onAccept}>
          {t.accept}
        </Button>
      )}
    </li>
  );
}

/** What comes next where nothing waits: data, a model, or simply the next finding. */
function Nothing({ found: { stats } }: { found: Home }) {
  const t = useWords(words);
  const { isAdmin } = useUser();
  const { models, executions, recommendations } = stats;
  if (models.active === 0) {
    return (
      <Empty title={t.noModel}>
        <p>{t.noModelText}</p>
        <ButtonLink href={isAdmin ? '/models/new' : '/models'}>
          {isAdmin ? t.addModel : t.toModels}
        </ButtonLink>
      </Empty>
    );
  }
  const isFirst = recommendations.open === 0 && executions.success24h === 0;
  return (
    <Empty title={isFirst ? t.learning : t.nothingWaits}>
      <p>{isFirst ? t.learningText : t.nothingWaitsText}</p>
      {recommendations.goneAway > 0 && (
        <ButtonLink href="/recommendations?view=gone">{t.goneAway}</ButtonLink>
      )}
      {isFirst && <ButtonLink href="/executions">{t.toExecutions}</ButtonLink>}
    </Empty>
  );
}

/** Those accepted here are gone at once, and back if that is undone or refused. */
function useAccept(gravest: readonly Row[]) {
  const queries = useQueryClient();
  const user = useUser();
  const [accepted, setAccepted] = useState<ReadonlySet<number>>(new Set());
  useEffect(() => setAccepted((former) => stillListed(former, gravest)), [gravest]);
  async function accept(row: Row) {
    setAccepted((former) => new Set(former).add(row.id));
    const giveBack = () => {
      setAccepted((former) => new Set([...former].filter((id) => id !== row.id)));
      void queries.invalidateQueries({ queryKey: homeQuery.queryKey });
    };
    try {
      // What decides comes with the inbox; until somebody does, Home goes without.
      const { acceptOne } = await import('@/pages/recommendations/acceptOne');
      await acceptOne(queries, user.id, row, giveBack);
    } catch {
      giveBack();
    }
  }
  return { accepted, accept };
}
