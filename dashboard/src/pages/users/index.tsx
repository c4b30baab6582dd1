/** Accounts, for administrators: who can sign in, and what they may do. */
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Route, Switch } from 'wouter';
import { api } from '@/api/client';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Absent } from '@/ui/Absent';
import { Button } from '@/ui/Button';
import { Page } from '@/ui/Layouts';
import { Empty, Loaded } from '@/ui/States';
import { Account } from './Account';
import { AddUser } from './AddUser';
import { type Given, LinkDialog } from './LinkDialog';
import css from './users.module.css';
import { words } from './words';

const PAGE_SIZE = 50;

const usersQuery = () =>
  infiniteQueryOptions({
    queryKey: ['users.list', 'pages'] as const,
    queryFn: ({ pageParam, signal }) =>
      api.users.list.query({ cursor: pageParam, limit: PAGE_SIZE }, { signal }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length < PAGE_SIZE ? null : page.at(-1)?.id),
  });

export default function Index() {
  const t = useWords(words);
  return (
    <Switch>
      <Route path="/users">
        <Users />
      </Route>
      <Route>
        <Absent title={t.title} back="/users" backTo={t.title} />
      </Route>
    </Switch>
  );
}

function Users() {
  const t = useWords(words);
  const isOnline = useIsOnline();
  const query = useInfiniteQuery(usersQuery());
  const [isAdding, setIsAdding] = useState(false);
  const [link, setLink] = useState<Given | null>(null);
  const users = query.data?.pages.flat() ?? [];
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Button look="primary" disabled={!isOnline} onClick={() => setIsAdding(true)}>
          {t.add}
        </Button>
      }
    >
      <Loaded
        query={query}
        height={20}
        isEmpty={() => users.length === 0}
        empty={<Empty title={t.none} />}
      >
        {() => (
          <>
            <ul className={css.list} aria-label={t.list}>
              {users.map((user) => (
                <Account key={user.id} account={user} onLink={setLink} />
              ))}
            </ul>
            {query.hasNextPage && (
              <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t.more}
              </Button>
            )}
          </>
        )}
      </Loaded>
      {isAdding && (
        <AddUser
          onAdded={(given) => {
            setIsAdding(false);
            setLink(given);
          }}
          onClose={() => setIsAdding(false)}
        />
      )}
      {link && <LinkDialog given={link} onClose={() => setLink(null)} />}
    </Page>
  );
}
