/** Those of one cause that stand as one of them does; without the platform of what the device keeps. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Cause } from '@/api/client';
import { asDecided } from '@/offline/decisions';
import { keptList } from '@/offline/kept';
import { useOutbox } from '@/offline/useOutbox';
import { platformNow } from '@/session/clock';
import { membersQuery } from './queries';
import type { Told } from './told';

export function useMembers({ status }: Pick<Told, 'status'>, { id }: Cause): readonly Told[] {
  const queries = useQueryClient();
  const { data } = useQuery(membersQuery(id, status));
  const { decisions } = useOutbox();
  return useMemo(() => {
    const given = { cause: id, status, isResolved: false };
    const rows: readonly Told[] = data ?? keptList(queries, given, platformNow())?.rows ?? [];
    return rows.map((row) => asDecided(row, decisions)).filter((row) => row.status === status);
  }, [data, queries, id, status, decisions]);
}
