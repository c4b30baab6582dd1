/** A page that lists things: what narrows them, and each of its states; admins may have a way to a new one. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { ButtonLink } from './Button';
import { type Choice, Filters } from './Filters';
import { Page } from './Layouts';
import { Empty, Loaded } from './States';
import { words } from './words';

export function ListPage<T, Row>({
  title,
  lead,
  create,
  search,
  choices = [],
  orders = [],
  query,
  height,
  rowsOf,
  none,
  children,
}: {
  title: string;
  lead: string;
  create?: { href: string; label: string };
  /** The label of a text that is looked for. */
  search?: string;
  choices?: readonly Choice[];
  /** That the list can be had in (`?sort=`); the first is the one that it has. */
  orders?: Choice['options'];
  query: UseQueryResult<T, unknown>;
  /** Of the list, in rem. */
  height: number;
  /** What is left of it under the filters. */
  rowsOf: (data: T) => readonly Row[];
  /** ever: said where there is nothing to narrow. */
  none: { title: string; text: string; ever: string };
  children: (rows: readonly Row[]) => ReactNode;
}) {
  const t = useWords(words);
  const { isAdmin } = useUser();
  const narrowing = orders.length
    ? [...choices, { name: 'sort', label: t.sortBy, options: orders, isWhole: true }]
    : choices;
  const isBare = Array.isArray(query.data) && query.data.length === 0;
  return (
    <Page
      title={title}
      lead={lead}
      actions={
        isAdmin &&
        create && (
          <ButtonLink href={create.href} look="primary">
            {create.label}
          </ButtonLink>
        )
      }
    >
      {(search || narrowing.length > 0) && (
        <Filters choices={narrowing} {...(search && { search })} />
      )}
      <Loaded
        query={query}
        height={height}
        isEmpty={(data) => rowsOf(data).length === 0}
        empty={
          <Empty title={none.title}>
            <p>{isBare ? none.ever : none.text}</p>
          </Empty>
        }
      >
        {(data) => children(rowsOf(data))}
      </Loaded>
    </Page>
  );
}
