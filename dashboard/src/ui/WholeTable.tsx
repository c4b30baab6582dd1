/** A table of all that there is: a press on a head sorts it, and a longer one has a search. */
import { useWords } from '@/i18n/words';
import { TextField } from './Field';
import { Stack } from './Layouts';
import { type Column, Table } from './Table';
import { useSorting } from './useSorting';
import { words } from './words';

/** Fewer are seen at one sight. */
export const SEARCHED = 8;

export function WholeTable<T>({
  caption,
  columns,
  rows,
  keyOf,
  isWhole = true,
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  /** false: others are not here, and the order stays the list's own. */
  isWhole?: boolean;
}) {
  const { shown, order, setOrder, text, setText } = useSorting(rows, columns, isWhole);
  return (
    <Stack>
      {isWhole && rows.length > SEARCHED && (
        <Search text={text} onText={setText} count={shown.length} />
      )}
      <Table
        caption={caption}
        columns={columns}
        rows={shown}
        keyOf={keyOf}
        order={order}
        onOrder={setOrder}
      />
    </Stack>
  );
}

/** count: of the rows that were found. */
export function Search({
  text,
  onText,
  count,
}: {
  text: string;
  onText: (text: string) => void;
  count: number;
}) {
  const t = useWords(words);
  return (
    <search>
      <TextField
        label={t.findRows}
        type="search"
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
      <span className="visually-hidden" role="status">
        {text && t.rowsFound(count)}
      </span>
      {text && count === 0 && <p>{t.noRowFound}</p>}
    </search>
  );
}
