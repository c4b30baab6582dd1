/** What comes page by page, with a button for the next. */
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from './Button';
import { Row } from './Layouts';
import { Loaded } from './States';
import { words } from './words';

export function Endless<P, T>({
  query,
  height,
  rowsOf,
  empty,
  children,
}: {
  query: UseInfiniteQueryResult<InfiniteData<P>, unknown>;
  /** Of the first page, in rem. */
  height: number;
  rowsOf: (page: P) => readonly T[];
  empty: ReactNode;
  children: (rows: readonly T[]) => ReactNode;
}) {
  const t = useWords(words);
  return (
    <Loaded
      query={query}
      height={height}
      isEmpty={({ pages }) => pages.every((page) => rowsOf(page).length === 0)}
      empty={empty}
    >
      {({ pages }) => (
        <>
          {children(pages.flatMap(rowsOf))}
          {query.hasNextPage && (
            <Row>
              <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t.more}
              </Button>
            </Row>
          )}
        </>
      )}
    </Loaded>
  );
}
