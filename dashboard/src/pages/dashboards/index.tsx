/** Dashboards: their list, each of them, what is behind a panel, and for admins their composer. */
import { lazy } from 'react';
import { Route, Switch } from 'wouter';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { ButtonLink } from '@/ui/Button';
import { Page } from '@/ui/Layouts';
import { Empty } from '@/ui/States';
import { DrillPage } from './drill/DrillPage';
import { List } from './List';
import { dashboardOf } from './queries';
import { ViewPage } from './view/ViewPage';
import { words } from './words';

const ComposePage = lazy(() => import('./compose/ComposePage'));

export const firstReads = (path: string) => {
  const id = /^\/dashboards\/(\d+)/.exec(path)?.[1];
  return id ? [dashboardOf(Number(id))] : [];
};

const idOf = (text: string | undefined) => Number(text);

export default function Dashboards() {
  const t = useWords(words);
  const { isAdmin } = useUser();
  return (
    <Switch>
      <Route path="/dashboards">
        <List />
      </Route>
      <Route path="/dashboards/new">
        {isAdmin ? <ComposePage key="new" id={null} /> : <Absent title={t.forbidden} />}
      </Route>
      <Route path={/^\/dashboards\/(?<id>\d+)\/edit$/}>
        {({ id }) =>
          isAdmin ? <ComposePage key={id} id={idOf(id)} /> : <Absent title={t.forbidden} />
        }
      </Route>
      <Route path={/^\/dashboards\/(?<id>\d+)\/panels\/(?<panelId>\d+)$/}>
        {({ id, panelId }) => <DrillPage key={panelId} id={idOf(id)} panelId={idOf(panelId)} />}
      </Route>
      <Route path={/^\/dashboards\/(?<id>\d+)$/}>
        {({ id }) => <ViewPage key={id} id={idOf(id)} />}
      </Route>
      <Route>
        <Absent title={t.absent} />
      </Route>
    </Switch>
  );
}

function Absent({ title }: { title: string }) {
  const t = useWords(words);
  return (
    <Page title={title}>
      <Empty title={title}>
        <ButtonLink href="/dashboards">{t.toList}</ButtonLink>
      </Empty>
    </Page>
  );
}
