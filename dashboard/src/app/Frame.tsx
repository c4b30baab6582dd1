/** What surrounds every page: the bar, the ways to other pages, and what holds for all of them. */
import { Suspense, useEffect, useRef, useState } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { ErrorBoundary } from '@/app/ErrorBoundary';
import { More, PLACES, type Place } from '@/app/routes';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { expectsUnsent } from '@/offline/expected';
import { useUser } from '@/session/session';
import { ButtonLink } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Page } from '@/ui/Layouts';
import { Empty, Skeleton } from '@/ui/States';
import { Bell } from './Bell';
import css from './Frame.module.css';
import { UnsentBar } from './lazily';
import { PageContent } from './PageContent';
import { UserMenu } from './UserMenu';
import { words } from './words';

export function Frame() {
  const t = useWords(words);
  const { isAdmin } = useUser();
  const places = PLACES.filter((place) => isAdmin || !place.isAdmin);
  return (
    <div className={css.frame}>
      <a className={css.skip} href="#content">
        {t.skip}
      </a>
      <header className={css.bar}>
        <Link href="/" className={css.mark}>
          IOP
        </Link>
        <div className={css.tools}>
          <Bell />
          <UserMenu />
        </div>
      </header>
      <nav className={css.nav} aria-label={t.main}>
        {places.map((place) => (
          <NavLink key={place.path} place={place} label={t[place.word] as string} />
        ))}
        <NavLink place={{ path: '/more', icon: 'more', isMain: true }} label={t.more} isOfPhones />
      </nav>
      <main id="content" className={css.main}>
        <OfflineNote />
        <Unsent />
        <Pages places={places} />
      </main>
    </div>
  );
}

function Pages({ places }: { places: readonly Place[] }) {
  const [path] = useLocation();
  useFocusOnPage(path);
  const section = path.split('/')[1] ?? '';
  return (
    <ErrorBoundary key={section}>
      <Suspense fallback={<Skeleton height={20} />}>
        <Switch>
          {places.map(({ path: place, page }) => (
            <Route key={place} path={place === '/' ? '/' : `${place}/*?`}>
              <PageContent of={page} />
            </Route>
          ))}
          <Route path="/more">
            <PageContent of={More} />
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

/** A path of this site, else the start page. */
export function nextOf(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
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

function NavLink({
  place,
  label,
  isOfPhones = false,
}: {
  place: Pick<Place, 'path' | 'icon' | 'isMain'>;
  label: string;
  isOfPhones?: boolean;
}) {
  const [path] = useLocation();
  const isHere = place.path === '/' ? path === '/' : path.startsWith(place.path);
  return (
    <Link
      href={place.path}
      className={css.link ?? ''}
      aria-current={isHere ? 'page' : undefined}
      data-main={place.isMain || undefined}
      data-phone={isOfPhones || undefined}
    >
      <Icon name={place.icon} />
      <span>{label}</span>
    </Link>
  );
}

function OfflineNote() {
  const t = useWords(words);
  return useIsOnline() ? null : (
    <p className={css.offline} role="status">
      {t.offline}
    </p>
  );
}

/** Room is kept from the start where decisions are known to wait. */
function Unsent() {
  const { id } = useUser();
  const [isExpected] = useState(() => expectsUnsent(id));
  return (
    <div role="status">
      <UnsentBar room={isExpected && <p className={css.room} />} />
    </div>
  );
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
