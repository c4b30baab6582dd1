/** A table below a search for its rows. */
import { Stack } from './Layouts';
import { Search } from './Search';
import type { Order } from './sorting';
import { type Column, Table } from './Table';

// Fewer are seen at one sight.
const AT_ONE_SIGHT = 8;

export const isLong = (rows: readonly unknown[]) => rows.length > AT_ONE_SIGHT;

/** rows: those in which the text was found. isAwaited: others may come yet, and they are not counted. */
export function SearchedTable<T>({
  isSearched,
  isAwaited = false,
  text,
  setText,
  order,
  setOrder,
  ...table
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  isSearched: boolean;
  isAwaited?: boolean;
  text: string;
  setText: (text: string) => void;
  order: Order | null;
  setOrder?: ((order: Order) => void) | undefined;
}) {
  return (
    <Stack>
      {isSearched && (
        <Search text={text} onText={setText} count={isAwaited ? null : table.rows.length} />
      )}
      <Table {...table} order={order} onOrder={setOrder} />
    </Stack>
  );
}
