/** What came to a list since it was read. */

export interface Arrivals {
  count: number;
  /** Of those that were looked for all are new: there may be more. */
  isLeast: boolean;
}

export const NONE: Arrivals = { count: 0, isLeast: false };

/** found: what is in the list now, in its order, from its head. */
export function arrivals<Id>(found: readonly Id[], shown: readonly Id[], isCut: boolean): Arrivals {
  const there = new Set(shown);
  const last = found.findLastIndex((id) => there.has(id));
  // What stands below the last that is shown moved up, or was there before.
  const above = isCut && last >= 0 ? found.slice(0, last) : found;
  const count = above.filter((id) => !there.has(id)).length;
  return { count, isLeast: isCut && last < 0 && count > 0 };
}
