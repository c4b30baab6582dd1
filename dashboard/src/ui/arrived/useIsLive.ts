import { useSyncExternalStore } from 'react';
import { followStanding, isFollowed } from '@/api/standing';
import { useIsOnline } from '@/offline/connection';
import { useIsSlow } from '@/offline/slow';

const subscribe = (onOpen: () => void) => followStanding({ onOpen });

/** Whether what changes is told at once, and nothing older than that is shown. */
export function useIsLive(): boolean {
  const isFollowing = useSyncExternalStore(subscribe, isFollowed);
  const isOnline = useIsOnline();
  return !useIsSlow() && isOnline && isFollowing;
}
