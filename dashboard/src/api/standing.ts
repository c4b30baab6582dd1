/** How the platform stands, told as it changes: one stream a tab for all that follow it, and none while nobody looks. */
import { noteAnswer } from '@/offline/connection';
import type { DashboardStats } from './client';
import { subscribe } from './live';

export interface Told {
  stats: DashboardStats;
  /** When it came, in ms of this device. */
  at: number;
}

interface Follower {
  /** What was told last, at once where that is known, and then each change. */
  onTold?: (told: Told) => void;
  /** Whether the stream is open. */
  onOpen?: (isOpen: boolean) => void;
}

const followers = new Set<Follower>();
let end: (() => void) | null = null;
let last: Told | null = null;
let isOpen = false;

export const isFollowed = () => isOpen;

/** Returns what ends it. */
export function followStanding(follower: Follower): () => void {
  if (followers.size === 0) document.addEventListener('visibilitychange', adjust);
  followers.add(follower);
  adjust();
  if (last) follower.onTold?.(last);
  if (isOpen) follower.onOpen?.(true);
  return () => {
    followers.delete(follower);
    if (followers.size > 0) return;
    document.removeEventListener('visibilitychange', adjust);
    adjust();
  };
}

/** A browser has few connections to one host: tabs that nobody looks at hold none of them. */
function adjust() {
  const isWanted = followers.size > 0 && document.visibilityState !== 'hidden';
  if (isWanted && !end) {
    end = subscribe<DashboardStats>('dashboard.live', { onOpen: open, onData: tell });
  } else if (!isWanted && end) {
    end();
    end = null;
    last = null;
    open(false);
  }
}

function open(now: boolean) {
  if (now === isOpen) return;
  isOpen = now;
  for (const { onOpen } of followers) onOpen?.(now);
}

function tell(stats: DashboardStats) {
  noteAnswer();
  last = { stats, at: Date.now() };
  for (const { onTold } of followers) onTold?.(last);
}
