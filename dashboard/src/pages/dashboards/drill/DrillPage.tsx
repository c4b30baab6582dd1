/** What is behind a panel: level by level to its rows. The way there is in the address. */
import { useQuery } from '@tanstack/react-query';
import { useSearch } from 'wouter';
import { preloadCharts } from '@/charts';
import { useWords } from '@/i18n/words';
import { ButtonLink } from '@/ui/Button';
import { Page } from '@/ui/Layouts';
import { Empty, Failed, Skeleton } from '@/ui/States';
import { dashboardOf } from '../queries';
import { scopeOf } from '../scope';
import { words } from '../words';
import { Breadcrumbs } from './Breadcrumbs';
import { Level } from './Level';
import { isTop, wayOf } from './path';
import { TopLevel } from './TopLevel';

preloadCharts();

export function DrillPage({ id, panelId }: { id: number; panelId: number }) {
  const t = useWords(words);
  const search = useSearch();
  const query = useQuery(dashboardOf(id));
  const panel = query.data?.panels.find((each) => each.id === panelId);
  const way = wayOf(search);
  const scope = scopeOf(search);
  if (query.data && panel) {
    return (
      <Page
        title={panel.title}
        lead={<Breadcrumbs dashboard={query.data} panel={panel} way={way} search={search} />}
      >
        {isTop(way) ? (
          <TopLevel panel={panel} scope={scope} />
        ) : (
          <Level key={search} panel={panel} scope={scope} way={way} search={search} />
        )}
      </Page>
    );
  }
  return (
    <Page title={t.dashboard}>
      {query.isPending ? (
        <Skeleton height={24} />
      ) : query.data ? (
        <Empty title={t.panelGone}>
          <ButtonLink href={`/dashboards/${id}`}>{t.toDashboard}</ButtonLink>
        </Empty>
      ) : (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      )}
    </Page>
  );
}
