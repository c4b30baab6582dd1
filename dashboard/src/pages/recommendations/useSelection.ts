/** Which items of a list are selected; what is no longer in the list is not. */
import { useMemo, useState } from 'react';
import type { Told } from './told';

const NONE: ReadonlySet<number> = new Set();

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
  const rows = useMemo(() => all.filter((row) => ids.has(row.id)), [all, ids]);
  return {
    rows: isKnown ? rows : [],
    has: (id) => ids.has(id),
    toggle: (id) =>
      setIds((former) => {
        const next = new Set(former);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    selectAll: () => setIds(new Set(all.map((row) => row.id))),
    keep: (those) => setIds((former) => new Set(those.filter((id) => former.has(id)))),
    clear: () => setIds(NONE),
    isAll: rows.length > 0 && rows.length === all.length,
  };
}
