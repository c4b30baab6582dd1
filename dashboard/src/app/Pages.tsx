/** The page of the address, for whoever may see it. */
import { Suspense, useEffect, useRef } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { useWords } from '@/i18n/words';
import { ButtonLink } from '@/ui/Button';
import { Page } from '@/ui/Layouts';
import { Empty, Skeleton } from '@/ui/States';
import { ErrorBoundary } from './ErrorBoundary';
import { nextOf } from './next';
import { PageContent } from './PageContent';
import type { Place } from './places';
import { pageAt } from './routes';
import { words } from './words';

export function Pages({ places }: { places: readonly Place[] }) {
  const [path] = useLocation();
  useFocusOnPage(path);
  const section = path.split('/')[1] ?? '';
  return (
    <ErrorBoundary key={section}>
      <Suspense fallback={<Skeleton height={20} />}>
        <Switch>
          {places.map(({ path: place }) => (
            <Route key={place} path={place === '/' ? '/' : `${place}/*?`}>
              <PageContent of={pageAt(place)} />
            </Route>
          ))}
          <Route path="/add/*?">
            <PageContent of={pageAt('/add')} />
          </Route>
          <Route path="/more">
            <PageContent of={pageAt('/more')} />
          </Route>
          <Route path="/sign-in">
            <Redirect to={nextOf(window.location.search)} replace />
          </Route>
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

/** After a change of page screen readers go on at its heading, and everybody at its top. */
function useFocusOnPage(path: string) {
  const former = useRef(path);
  useEffect(() => {
    if (former.current === path) return;
    former.current = path;
    window.scrollTo(0, 0);
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [path]);
}

function NotFound() {
  const t = useWords(words);
  return (
    <Page title={t.absentTitle}>
      <Empty title={t.absentTitle}>
        <p>{t.absentText}</p>
        <ButtonLink href="/" look="primary">
          {t.backHome}
        </ButtonLink>
      </Empty>
    </Page>
  );
}
