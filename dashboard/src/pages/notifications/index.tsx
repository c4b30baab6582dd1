/** What happened that a person may want to know; each leads to what it tells of. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { Endless } from '@/ui/Endless';
import { Page } from '@/ui/Layouts';
import { OnlyPage } from '@/ui/OnlyPage';
import { Empty } from '@/ui/States';
import { Tabs, useTab } from '@/ui/Tabs';
import { say } from '@/ui/toasts';
import { useAction } from '@/ui/useAction';
import { DeviceNote } from './DeviceNote';
import { byGroup } from './groups';
import { Note } from './Note';
import css from './notifications.module.css';
import { notificationsQuery } from './queries';
import { words } from './words';

export default function Index() {
  const t = useWords(words);
  return (
    <OnlyPage path="/notifications" title={t.title}>
      <Notifications />
    </OnlyPage>
  );
}

function Notifications() {
  const t = useWords(words);
  const isOnline = useIsOnline();
  const tabs = [
    { name: 'all', label: t.all },
    { name: 'unread', label: t.unreadOnly },
  ] as const;
  const tab = useTab(tabs);
  const query = useInfiniteQuery(notificationsQuery(tab === 'unread'));
  const unread = query.data?.pages[0]?.unread ?? 0;
  const mark = useAction({
    run: (ids: string[] | null) =>
      api.notifications.markRead.mutate(ids === null ? { all: true } : { ids }),
    touches: [['notifications.list']],
    onDone: (_output, ids) => {
      if (ids === null) say(t.markedAll);
    },
  });
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        unread > 0 && (
          <Button isBusy={mark.isBusy} disabled={!isOnline} onClick={() => mark.start(null)}>
            {t.markAll}
          </Button>
        )
      }
    >
      <DeviceNote />
      <Tabs label={t.which} tabs={tabs} current={tab} />
      <Endless
        query={query}
        height={24}
        rowsOf={(page) => page.items}
        empty={
          <Empty title={tab === 'unread' ? t.noneUnread : t.none}>
            {tab === 'all' && <p>{t.noneText}</p>}
          </Empty>
        }
      >
        {(items) => (
          <div className={css.groups}>
            {byGroup(items).map(([group, notes]) => (
              <section key={group} aria-labelledby={`notes-${group}`}>
                <h2 id={`notes-${group}`}>{t.groups[group]}</h2>
                <ul className={css.list} aria-label={t.groups[group]}>
                  {notes.map((item) => (
                    <Note key={item.id} notification={item} onRead={() => mark.start([item.id])} />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        )}
      </Endless>
    </Page>
  );
}
