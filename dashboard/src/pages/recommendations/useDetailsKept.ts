/** Reads what stands in the list in full while nothing else is to be done, so that it opens without a network too. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ListedRecommendation } from '@/api/client';
import { isOnline } from '@/offline/connection';
import { recommendationQuery } from './queries';
import { isLater } from './told';

const LATEST_MS = 5000;

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

/** Whether the reader has told the browser that data is dear; Safari and Firefox do not say. */
const isSaving = () =>
  (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

/** Gives what takes it back. */
function whenIdle(run: () => void): () => void {
  if ('requestIdleCallback' in window) {
    const id = requestIdleCallback(run, { timeout: LATEST_MS });
    return () => cancelIdleCallback(id);
  }
  // Safari has no such thing.
  const id = setTimeout(run, LATEST_MS / 5);
  return () => clearTimeout(id);
}
