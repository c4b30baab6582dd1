/** Accounts, for administrators: who can sign in, and what they may do. */
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { Endless } from '@/ui/Endless';
import { Filters, useAddress } from '@/ui/Filters';
import { Page } from '@/ui/Layouts';
import { OnlyPage } from '@/ui/OnlyPage';
import { Empty } from '@/ui/States';
import { useSettled } from '@/ui/useSettled';
import { Account } from './Account';
import { AddUser } from './AddUser';
import { type Given, LinkDialog } from './LinkDialog';
import css from './users.module.css';
import { words } from './words';

const PAGE_SIZE = 50;

const usersQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['users.list', 'pages', q] as const,
    queryFn: ({ pageParam, signal }) =>
      api.users.list.query({ cursor: pageParam, limit: PAGE_SIZE, q: q || null }, { signal }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length < PAGE_SIZE ? null : page.at(-1)?.id),
    placeholderData: keepPreviousData,
  });

export default function Index() {
  const t = useWords(words);
  return (
    <OnlyPage path="/users" title={t.title}>
      <Users />
    </OnlyPage>
  );
}

function Users() {
  const t = useWords(words);
  const isOnline = useIsOnline();
  const [read] = useAddress();
  const q = useSettled(read('q').trim());
  const query = useInfiniteQuery(usersQuery(q));
  const [isAdding, setIsAdding] = useState(false);
  const [link, setLink] = useState<Given | null>(null);
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
      <Filters search={t.search} choices={[]} />
      <Endless
        query={query}
        height={20}
        rowsOf={(users) => users}
        empty={<Empty title={q ? t.noMatch : t.none} />}
      >
        {(users) => (
          <ul className={css.list} aria-label={t.list}>
            {users.map((user) => (
              <Account key={user.id} account={user} onLink={setLink} />
            ))}
          </ul>
        )}
      </Endless>
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
