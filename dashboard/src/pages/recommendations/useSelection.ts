/** Which items of a list are selected; what is no longer in the list is not. */
import { useMemo, useState } from 'react';
import type { Told } from './told';

// As each stood when it was selected, so that a decision of somebody else's is met and not overwritten; null for one that
// its reader was told of since, which is as it stands now.
type Selected = ReadonlyMap<number, Told | null>;

const NONE: Selected = new Map();

export interface Selection {
  rows: readonly Told[];
  has: (id: number) => boolean;
  toggle: (id: number) => void;
  selectAll: () => void;
  /** Leaves selected what is of these. */
  keep: (those: readonly number[]) => void;
  clear: () => void;
  isAll: boolean;
}

/** isKnown: false while the list is on its way, when nothing may be taken for gone. */
export function useSelection(all: readonly Told[], isKnown: boolean): Selection {
  const [ids, setIds] = useState(NONE);
  const rows = useMemo(
    () => all.filter(({ id }) => ids.has(id)).map((row) => ids.get(row.id) ?? row),
    [all, ids],
  );
  return {
    rows: isKnown ? rows : [],
    has: (id) => ids.has(id),
    toggle: (id) =>
      setIds((former) => {
        const next = new Map(former);
        if (!next.delete(id)) next.set(id, all.find((row) => row.id === id) ?? null);
        return next;
      }),
    selectAll: () => setIds(new Map(all.map((row) => [row.id, row]))),
    keep: (those) =>
      setIds((former) => new Map(those.filter((id) => former.has(id)).map((id) => [id, null]))),
    clear: () => setIds(NONE),
    isAll: rows.length > 0 && rows.length === all.length,
  };
}
