/** Follows the list that is open: each row in its place, and how many came since. */
import { type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { api, type ExecutionFilter, type ModelExecution } from '@/api/client';
import { useArrived } from '@/ui/arrived/useArrived';
import { executionQuery, executionsQuery } from './queries';

export function useRenewed(filter: ExecutionFilter, query: UseQueryResult<ModelExecution[]>) {
  const queries = useQueryClient();
  const ids = query.data?.map(({ id }) => id) ?? [];
  const { queryKey } = executionsQuery(filter);
  async function look() {
    const found = await api.executions.list.query(filter);
    const now = new Map(found.map((row) => [row.id, row]));
    const others = (query.data ?? [])
      .filter(({ id, status }) => status === 'running' && !now.has(id))
      .map(({ id }) => id);
    // One of those that run has ended, and is no longer of the list: how it ended is asked of itself.
    const read = await Promise.allSettled(
      others.map((id) => queries.fetchQuery({ ...executionQuery(id), staleTime: 0 })),
    );
    const ended = new Map<number, ModelExecution>(
      read.flatMap((each) => (each.status === 'fulfilled' ? [[each.value.id, each.value]] : [])),
    );
    const updatedAt = queries.getQueryState(queryKey)?.dataUpdatedAt;
    queries.setQueryData(
      queryKey,
      (rows) => rows?.map((row) => now.get(row.id) ?? ended.get(row.id) ?? row),
      updatedAt === undefined ? {} : { updatedAt },
    );
    // Of nothing nothing can move.
    if (ids.length === 0 && found.length > 0) await query.refetch();
    return [...now.keys()];
  }
  return useArrived({
    key: JSON.stringify(filter),
    shown: query.data && !query.isPlaceholderData ? ids : null,
    isCut: ids.length === filter.limit,
    readAt: query.dataUpdatedAt,
    partOf: ({ executions }) => executions,
    look,
  });
}
