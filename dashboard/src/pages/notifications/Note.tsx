import { Link } from 'wouter';
import type { Notification } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Badge } from '@/ui/Layouts';
import { useNow } from '@/ui/useNow';
import css from './notifications.module.css';
import { words } from './words';

const PLACES = {
  report: (id: number) => `/reports/${id}`,
  recommendation: (id: number) => `/recommendations/${id}`,
  execution: (id: number) => `/executions/${id}`,
  model: (id: number) => `/models/${id}`,
  dataset: (_: number, name: string) => `/datasets/${encodeURIComponent(name)}`,
  delivery: (_: number, name: string) => `/datasets/${encodeURIComponent(name)}`,
  template: (id: number) => `/reports/${id}`,
  restatement: (id: number) => `/reports/${id}`,
};

export function Note({
  notification: { kind, event, title: named, detail, severity, at, isRead, subjectId, slot },
  onRead,
}: {
  notification: Notification;
  onRead: () => void;
}) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const isOnline = useIsOnline();
  const title = slot ? t.due(named, format.dateTime(slot)) : named;
  return (
    <li className={css.note} data-unread={!isRead || undefined}>
      <span className={css.sign} data-severity={severity}>
        <Icon name={severity} />
      </span>
      <div className={css.body}>
        <p className={css.what}>
          {t.kinds[kind]?.[event] ?? event} {!isRead && <Badge tone="info">{t.unread}</Badge>}
          <time dateTime={at} title={format.dateTime(at)}>
            {format.ago(at, now)}
          </time>
        </p>
        <Link
          href={PLACES[kind](subjectId, title)}
          className={css.title ?? ''}
          onClick={() => !isRead && isOnline && onRead()}
        >
          {title}
        </Link>
        {detail && <p className={css.detail}>{detail}</p>}
      </div>
      {!isRead && (
        <span className={css.mark}>
          <Button look="quiet" disabled={!isOnline} aria-label={t.markRead(title)} onClick={onRead}>
            <Icon name="check" />
          </Button>
        </span>
      )}
    </li>
  );
}
