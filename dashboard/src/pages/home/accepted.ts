/** What is left of Home's list once some of it was accepted here. */
import type { Home, Waiting } from '@/api/client';

export interface Remaining {
  rows: Waiting[];
  /** Whether more waits than was listed. */
  isMore: boolean;
}

export function remaining({ gravest, stats }: Home, accepted: ReadonlySet<number>): Remaining {
  const rows = gravest.filter(({ id }) => !accepted.has(id));
  return { rows, isMore: stats.recommendations.waiting > gravest.length - rows.length };
}

/** Of those accepted, the ones that an answer still lists: what it lists no more may come back another day. */
export function stillListed(
  accepted: ReadonlySet<number>,
  gravest: readonly Waiting[],
): ReadonlySet<number> {
  const left = gravest.map(({ id }) => id).filter((id) => accepted.has(id));
  return left.length === accepted.size ? accepted : new Set(left);
}
