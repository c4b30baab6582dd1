/** How many notifications were not read yet, and the way to them. */
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { useWords } from '@/i18n/words';
import { unreadQuery } from '@/pages/notifications/queries';
import { Icon } from '@/ui/Icon';
import css from './Bell.module.css';
import { words } from './words';

const MOST_SHOWN = 99;

export function Bell() {
  const t = useWords(words);
  const [path] = useLocation();
  const query = useQuery(unreadQuery());
  const unread = query.data?.unread ?? 0;
  const shown = unread > MOST_SHOWN ? `${MOST_SHOWN}+` : String(unread);
  return (
    <Link
      href="/notifications"
      className={css.bell ?? ''}
      aria-label={unread > 0 ? t.unread(shown) : t.notifications}
      aria-current={path.startsWith('/notifications') ? 'page' : undefined}
    >
      <Icon name="bell" />
      {unread > 0 && (
        <span className={css.count} aria-hidden="true">
          {shown}
        </span>
      )}
    </Link>
  );
}
