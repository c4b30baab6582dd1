/** What went wrong, what waits for a decision, and how the business does, in the order in which one needs to know. */
import { lazy, Suspense } from 'react';
import type { Home as Found } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Page } from '@/ui/Layouts';
import { Loaded, Skeleton } from '@/ui/States';
import { Business } from './Business';
import { DataState } from './DataState';
import css from './home.module.css';
import { Machine } from './Machine';
import { figuresQuery, homeQuery } from './queries';
import { useLiveHome } from './useLiveHome';
import { Waiting } from './Waiting';
import { words } from './words';

// Whoever has data never fetches it.
const Start = lazy(() => import('./start/Start'));

export const firstReads = () => [homeQuery, figuresQuery];

export default function Home() {
  const t = useWords(words);
  const live = useLiveHome();
  if (live.query.data && isBare(live.query.data)) {
    return (
      <Page title={t.title}>
        <Suspense fallback={<Skeleton height={20} />}>
          <Start />
        </Suspense>
      </Page>
    );
  }
  return (
    <div className={css.home}>
      <Page title={t.title}>
        <Loaded query={live.query} height={14} isAgeSaid={false}>
          {(found) => <Waiting found={found} />}
        </Loaded>
        <Business />
        {live.query.data && <DataState found={live.query.data} />}
        {live.query.data && <Machine {...live} stats={live.query.data.stats} />}
      </Page>
    </div>
  );
}

/** Neither data nor anything that waits for it. */
const isBare = ({ stats: { quality, models } }: Found) =>
  models.total === 0 && Object.keys(quality.byDataset).length === 0;
