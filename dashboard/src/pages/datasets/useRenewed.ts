/** Follows the deliveries that are open: each in its place, and how many came since. */
import { type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { api, type DatasetRun, type RunsOfDataset } from '@/api/client';
import { useArrived } from '@/ui/arrived/useArrived';
import { runsQuery } from './queries';

export function useRenewed(input: RunsOfDataset, query: UseQueryResult<DatasetRun[]>) {
  const queries = useQueryClient();
  const { queryKey } = runsQuery(input);
  async function look() {
    const found = await api.datasets.runs.query(input);
    const now = new Map(found.map((run) => [run.id, run]));
    const updatedAt = queries.getQueryState(queryKey)?.dataUpdatedAt;
    queries.setQueryData(
      queryKey,
      (runs) => runs?.map((run) => now.get(run.id) ?? run),
      updatedAt === undefined ? {} : { updatedAt },
    );
    // Of nothing nothing can move.
    if (query.data?.length === 0 && found.length > 0) await query.refetch();
    return [...now.keys()];
  }
  return useArrived({
    key: JSON.stringify(input),
    shown: query.data && !query.isPlaceholderData ? query.data.map(({ id }) => id) : null,
    isCut: query.data?.length === input.limit,
    readAt: query.dataUpdatedAt,
    partOf: ({ quality, executions }) => [quality, executions],
    // One as good as the last, of a dataset that no model reads, changes no number.
    mayChangeUntold: true,
    look,
  });
}
