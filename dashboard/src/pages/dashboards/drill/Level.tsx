/** One level down: groups that can be pressed again, or the rows themselves. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { DrillData, Panel } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Failed, SavedNote, Skeleton } from '@/ui/States';
import { panelDrill } from '../queries';
import { askedOf, type Scope } from '../scope';
import { words } from '../words';
import { GROUPS_HEIGHT } from './Groups';
import { LevelBody } from './LevelBody';
import type { Way } from './path';

export function Level({
  panel,
  scope,
  way,
  search,
}: {
  panel: Panel;
  scope: Scope;
  way: Way;
  search: string;
}) {
  const t = useWords(words);
  const query = useInfiniteQuery(
    panelDrill({
      panelId: panel.id,
      path: [...way.path],
      ...(way.by && { by: way.by }),
      ...askedOf(scope),
    }),
  );
  const pages = query.data?.pages;
  const data = useMemo(() => joined(pages), [pages]);
  if (!data) {
    return query.isError ? (
      <Failed error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Skeleton height={GROUPS_HEIGHT + 8} />
    );
  }
  return (
    <>
      {query.isError && <SavedNote at={query.dataUpdatedAt} />}
      <LevelBody panel={panel} way={way} search={search} data={data} />
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </>
  );
}

/** All pages that were read, as one answer. */
function joined(pages: readonly DrillData[] | undefined): DrillData | null {
  const [first] = pages ?? [];
  return first && pages ? { ...first, rows: pages.flatMap((page) => page.rows) } : null;
}
