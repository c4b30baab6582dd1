/** Those of one cause that stand as one of them does; without the platform of what the device keeps. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Cause } from '@/api/client';
import { asDecided } from '@/offline/decisions';
import { isSnoozed, keptList } from '@/offline/kept';
import { useOutbox } from '@/offline/useOutbox';
import { platformNow } from '@/session/clock';
import { useNow } from '@/ui/useNow';
import { MOST_MEMBERS, membersQuery } from './queries';
import type { Told } from './told';

interface Members {
  members: readonly Told[];
  /** Whether the cause has more than could be told. */
  isCut: boolean;
}

export function useMembers(one: Told, { id, count }: Cause): Members {
  const { status } = one;
  const isLater = isSnoozed(one, useNow());
  const queries = useQueryClient();
  const { data } = useQuery(membersQuery(id, status, isLater));
  const { decisions } = useOutbox();
  const members = useMemo(() => {
    const given = { cause: id, status, isSnoozed: isLater, isResolved: false };
    const now = platformNow();
    const rows: readonly Told[] = data ?? keptList(queries, given, now, decisions)?.rows ?? [];
    return rows
      .map((row) => asDecided(row, decisions))
      .filter((row) => row.status === status && isSnoozed(row, now) === isLater);
  }, [data, queries, id, status, isLater, decisions]);
  return { members, isCut: data?.length === MOST_MEMBERS && count > MOST_MEMBERS };
}
