/** What surrounds every page: the bar, the ways to other pages, and what holds for all of them. */
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useWords } from '@/i18n/words';
import { useReach } from '@/offline/connection';
import { expectsUnsent } from '@/offline/expected';
import { useIsSlow } from '@/offline/slow';
import { useUser } from '@/session/session';
import { Icon } from '@/ui/Icon';
import { Bell } from './Bell';
import css from './Frame.module.css';
import { UnsentBar } from './lazily';
import { Pages } from './Pages';
import { PLACES, type Place } from './places';
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
  const reach = useReach();
  const isSlow = useIsSlow();
  if (reach === 'reached' && !isSlow) return null;
  return (
    <p className={css.offline} role="status">
      {{ silent: t.offline, unreachable: t.unreachable, reached: t.slow }[reach]}
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
