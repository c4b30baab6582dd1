/** How the platform stands now: figures that refresh themselves, what waits, what was done, how good the data is. */
import { lazy, Suspense } from 'react';
import type { DashboardStats } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Page } from '@/ui/Layouts';
import { Loaded, Skeleton } from '@/ui/States';
import { Figures } from './Figures';
import css from './home.module.css';
import { LatestReports } from './LatestReports';
import { LatestRuns } from './LatestRuns';
import { LiveMark } from './LiveMark';
import { OpenWork } from './OpenWork';
import { Quality } from './Quality';
import { Unprepared } from './Unprepared';
import { stats, useLiveStats } from './useLiveStats';
import { words } from './words';

// Whoever has data never fetches it.
const Start = lazy(() => import('./start/Start'));

export const firstReads = () => [stats];

export default function Home() {
  const t = useWords(words);
  const live = useLiveStats();
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
    <Page title={t.title} actions={<LiveMark {...live} />}>
      <Loaded query={live.query} height={31}>
        {(found) => (
          <>
            <Unprepared deliveries={found.quality.unprepared} />
            <Figures stats={found} />
            <div className={css.columns}>
              <OpenWork stats={found.recommendations} />
              <Quality scores={found.quality.byDataset} usable={found.quality.usableByDataset} />
            </div>
          </>
        )}
      </Loaded>
      <div className={css.columns}>
        <LatestRuns />
        <LatestReports />
      </div>
    </Page>
  );
}

/** Neither data nor anything that waits for it. */
const isBare = ({ quality, models }: DashboardStats) =>
  models.total === 0 && Object.keys(quality.byDataset).length === 0;
