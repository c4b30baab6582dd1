/** A dashboard: its panels, each of which keeps itself current while somebody looks at it. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearch } from 'wouter';
import type { Dashboard } from '@/api/client';
import { preloadCharts } from '@/charts';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Button, ButtonLink } from '@/ui/Button';
import { Badge, Page, Row } from '@/ui/Layouts';
import { Empty, Loaded } from '@/ui/States';
import css from '../dashboards.module.css';
import { dashboardOf } from '../queries';
import { scopeOf } from '../scope';
import { words } from '../words';
import { PanelCard } from './PanelCard';
import { ScopeBar } from './ScopeBar';

preloadCharts();

export function ViewPage({ id }: { id: number }) {
  const t = useWords(words);
  const { isAdmin } = useUser();
  const [isPaused, setPaused] = useState(false);
  const query = useQuery(dashboardOf(id));
  const dashboard = query.data;
  return (
    <Page
      title={dashboard?.name ?? t.dashboard}
      lead={dashboard?.description}
      actions={
        dashboard && (
          <Row>
            <span role="status">
              {/* Each panel says how current it is: no word stands here that one of them may gainsay. */}
              {isPaused && <Badge>{t.paused}</Badge>}
            </span>
            <Button onClick={() => setPaused(!isPaused)}>{isPaused ? t.resume : t.pause}</Button>
            {isAdmin && <ButtonLink href={`/dashboards/${id}/edit`}>{t.edit}</ButtonLink>}
          </Row>
        )
      }
    >
      <Loaded query={query} height={40}>
        {(found) => <Panels dashboard={found} isPaused={isPaused} />}
      </Loaded>
    </Page>
  );
}

function Panels({ dashboard, isPaused }: { dashboard: Dashboard; isPaused: boolean }) {
  const t = useWords(words);
  const { isAdmin } = useUser();
  const scope = scopeOf(useSearch());
  if (dashboard.panels.length === 0) {
    return (
      <Empty title={t.noPanels}>
        {isAdmin && (
          <ButtonLink href={`/dashboards/${dashboard.id}/edit`} look="primary">
            {t.edit}
          </ButtonLink>
        )}
      </Empty>
    );
  }
  return (
    <>
      <ScopeBar panels={dashboard.panels} scope={scope} />
      <div className={css.grid}>
        {dashboard.panels.map((panel) => (
          <PanelCard key={panel.id} panel={panel} scope={scope} isPaused={isPaused} />
        ))}
      </div>
    </>
  );
}
