/** A table of all that there is: a press on a head sorts it, and a longer one has a search. */
import { isLong, SearchedTable } from './SearchedTable';
import type { Column } from './Table';
import { useSorting } from './useSorting';

export function WholeTable<T>({
  isWhole = true,
  rows,
  ...table
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  /** false: others are not here, and the order stays the list's own. */
  isWhole?: boolean;
}) {
  const { shown, ...asked } = useSorting(rows, table.columns, isWhole);
  return <SearchedTable {...table} {...asked} rows={shown} isSearched={isWhole && isLong(rows)} />;
}
