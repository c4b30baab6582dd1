/** The figures of the dashboard that a person has chosen, and the way to another. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import type { HomeFigures } from '@/api/client';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Button, ButtonLink } from '@/ui/Button';
import { Empty, Loaded } from '@/ui/States';
import { Figure } from './Figure';
import css from './home.module.css';
import { figuresQuery } from './queries';
import { words } from './words';

const Choose = lazy(() => import('./choose/Choose'));

export function Business() {
  const t = useWords(words);
  const query = useQuery(figuresQuery);
  const [isChoosing, setChoosing] = useState(false);
  const found = query.data;
  return (
    <section className={css.part} aria-labelledby="home-business">
      <div className={css.head}>
        <h2 id="home-business" className={css.name}>
          {found?.dashboardId ? (
            <Link href={`/dashboards/${found.dashboardId}`}>{found.name}</Link>
          ) : (
            t.business
          )}
        </h2>
        {found?.dashboardId && (
          <Button look="quiet" aria-label={t.chooseLabel} onClick={() => setChoosing(true)}>
            {t.choose}
          </Button>
        )}
      </div>
      <Loaded query={query} height={10} isAgeSaid={false}>
        {(given) => <Figures given={given} onChoose={() => setChoosing(true)} />}
      </Loaded>
      {isChoosing && (
        <Suspense fallback={null}>
          <Choose current={found?.dashboardId ?? null} onClose={() => setChoosing(false)} />
        </Suspense>
      )}
    </section>
  );
}

function Figures({ given, onChoose }: { given: HomeFigures; onChoose: () => void }) {
  const t = useWords(words);
  const { isAdmin } = useUser();
  if (given.dashboardId === null) {
    return (
      <Empty title={t.noDashboard}>
        <p>{isAdmin ? t.noDashboardText : t.noDashboardViewer}</p>
        {isAdmin && <ButtonLink href="/dashboards">{t.toDashboards}</ButtonLink>}
      </Empty>
    );
  }
  if (given.figures.length === 0) {
    return (
      <Empty title={t.noFigures}>
        <Button onClick={onChoose}>{t.chooseOther}</Button>
      </Empty>
    );
  }
  return (
    <>
      <ul className={css.figures}>
        {given.figures.map((figure) => (
          <Figure
            key={`${figure.panelId} ${figure.column.name}`}
            figure={figure}
            dashboardId={given.dashboardId as number}
          />
        ))}
      </ul>
      {given.unread > 0 && <p className={css.note}>{t.unread(given.unread)}</p>}
    </>
  );
}
