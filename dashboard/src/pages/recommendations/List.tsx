/** The items, with "show more"; cards on a phone, a narrow column beside the item on a wide screen. */
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ListedRecommendation } from '@/api/client';
import { useWords } from '@/i18n/words';
import { ofRecommendation } from '@/offline/decisions';
import { useOutbox } from '@/offline/useOutbox';
import { Arrived } from '@/ui/arrived/Arrived';
import type { Arrivals } from '@/ui/arrived/arrivals';
import { Button, ButtonLink } from '@/ui/Button';
import { Empty, Loaded } from '@/ui/States';
import { type Filter, isNarrowed, queryOf } from './filters';
import { Item } from './Item';
import css from './recommendations.module.css';
import type { Selection } from './useSelection';
import { words } from './words';

// Where one comes back to from an item, on a phone.
let lastOpened: number | null = null;

export function List({
  query,
  rows,
  isCut,
  arrived,
  filter,
  current,
  pathOf,
  selection,
}: {
  query: UseInfiniteQueryResult<unknown, unknown>;
  rows: readonly ListedRecommendation[];
  /** Of what the device keeps, and the platform may have more. */
  isCut: boolean;
  /** How many came since it was read. */
  arrived: Arrivals;
  filter: Filter;
  current: number | null;
  pathOf: (row: { id: number }) => string;
  /** Null for people who decide nothing. */
  selection: Selection | null;
}) {
  const t = useWords(words);
  const { decisions } = useOutbox();
  useReturn(current, rows.length > 0);
  return (
    <Arrived
      arrived={arrived}
      isCurrent={query.isSuccess && !query.isError}
      onShow={query.refetch}
      note={query.data !== undefined && <Count {...{ rows, query }} />}
    >
      <Loaded
        query={query}
        height={30}
        isEmpty={() => rows.length === 0}
        empty={<NoneFound filter={filter} />}
      >
        {() => (
          <div className={css.stack}>
            {isCut && <p className={css.count}>{t.cut}</p>}
            <ul className={css.list} aria-label={t.list}>
              {rows.map((row) => (
                <Item
                  key={row.id}
                  recommendation={row}
                  href={pathOf(row)}
                  causeHref={causeHrefOf(row, filter)}
                  isCurrent={row.id === current}
                  decisions={ofRecommendation(decisions, row.id)}
                  selection={selection}
                />
              ))}
            </ul>
            {query.hasNextPage && (
              <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t.more}
              </Button>
            )}
          </div>
        )}
      </Loaded>
    </Arrived>
  );
}

function Count({ rows, query }: { rows: readonly unknown[]; query: { hasNextPage: boolean } }) {
  const t = useWords(words);
  return (
    <p className={css.count} role="status">
      {rows.length > 0 && t.shown(rows.length, query.hasNextPage)}
    </p>
  );
}

const causeHrefOf = ({ cause }: ListedRecommendation, filter: Filter) =>
  cause && filter.cause === null
    ? `/recommendations${queryOf({ ...filter, cause: String(cause.id) })}`
    : null;

/** Keeps the open item in sight, and the last opened one on the way back. */
function useReturn(current: number | null, isThere: boolean) {
  useEffect(() => {
    const id = current ?? lastOpened;
    lastOpened = current;
    if (!isThere || id === null) return;
    // After the frame has scrolled the new page to its top.
    const frame = requestAnimationFrame(() =>
      document.getElementById(`item-${id}`)?.scrollIntoView({ block: 'nearest' }),
    );
    return () => cancelAnimationFrame(frame);
  }, [current, isThere]);
}

function NoneFound({ filter }: { filter: Filter }) {
  const t = useWords(words);
  if (filter.view === 'open' && !isNarrowed(filter)) {
    return (
      <Empty title={t.nothing}>
        <p>{t.nothingText}</p>
      </Empty>
    );
  }
  return (
    <Empty title={t.noMatch}>
      <ButtonLink href="/recommendations">{t.clear}</ButtonLink>
    </Empty>
  );
}
