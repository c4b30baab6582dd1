/** How much of what was seen and fetched ahead a device keeps; what was read longest ago goes first. */
import type { PersistedClient } from '@tanstack/react-query-persist-client';

export const BUDGET_BYTES = 20_000_000;

type Query = PersistedClient['clientState']['queries'][number];

const sizes = new WeakMap<object, number>();
let used = 0;

/** In bytes as JSON, about what the device takes for it; an answer is measured once. */
function sizeOf({ state: { data } }: Query): number {
  if (typeof data !== 'object' || data === null) return 0;
  const known = sizes.get(data);
  if (known !== undefined) return known;
  const size = JSON.stringify(data).length;
  sizes.set(data, size);
  return size;
}

/** The queries that there is room for, those that were read last before all others. */
export function within(queries: readonly Query[], most = BUDGET_BYTES): Query[] {
  const latest = [...queries].sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt);
  used = 0;
  return latest.filter((each) => {
    const size = sizeOf(each);
    if (used + size > most) return false;
    used += size;
    return true;
  });
}

/** Whether there is room for more than is kept. */
export const isUnder = () => used < BUDGET_BYTES;

export const usedBytes = () => used;
