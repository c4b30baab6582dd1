/** Reads what stands in the list in full while nothing else is to be done, so that it opens without a network too. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ListedRecommendation } from '@/api/client';
import { isOnline } from '@/offline/connection';
import { isSaving, whenIdle } from '@/offline/idle';
import { recommendationQuery } from './queries';
import { isLater } from './told';

export function useDetailsKept(rows: readonly ListedRecommendation[]) {
  const queries = useQueryClient();
  useEffect(() => {
    if (rows.length === 0 || isSaving()) return;
    return whenIdle(() => {
      if (!isOnline()) return;
      for (const row of rows) {
        const options = recommendationQuery(row.id);
        const kept = queries.getQueryData(options.queryKey);
        if (!kept || isLater(row, kept)) void queries.prefetchQuery(options);
      }
    });
  }, [rows, queries]);
}
