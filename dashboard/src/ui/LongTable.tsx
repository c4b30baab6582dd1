/** A table of what the server sorts, as far as it was read; a text is looked for in all rows that can be read. */
import { useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from './Button';
import { Muted, Row, Stack } from './Layouts';
import { isLong, SearchedTable } from './SearchedTable';
import { foundIn, type Order } from './sorting';
import type { Column } from './Table';
import { useSettled } from './useSettled';
import { words } from './words';

const STEP = 50;
const MOST = 1000;

/** What its rows are to be asked for by. */
export function useLongTable(first: Order | null = null) {
  const [limit, setLimit] = useState(STEP);
  const [order, setOrder] = useState(first);
  const [text, setText] = useState('');
  const wanted = text.trim();
  const settled = useSettled(wanted);
  const more = () => setLimit(limit + STEP);
  return {
    limit: settled ? MOST : limit,
    isTyping: settled !== wanted,
    order,
    setOrder,
    text,
    setText,
    more,
  };
}

export function LongTable<T>({
  rows,
  asked: { limit, more, isTyping, ...asked },
  isAwaited,
  ...table
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  asked: ReturnType<typeof useLongTable>;
  /** Rows of what was asked before stand here until those of now come. */
  isAwaited: boolean;
}) {
  const t = useWords(words);
  const format = useFormat();
  const found = foundIn(rows, asked.text, table.columns);
  const isWaiting = isAwaited || isTyping;
  const isSearching = asked.text.trim() !== '';
  return (
    <Stack>
      <SearchedTable
        {...table}
        {...asked}
        rows={found}
        isSearched={asked.text !== '' || isLong(rows)}
        isAwaited={isWaiting}
      />
      {isSearching && !isWaiting && rows.length === MOST && (
        <Muted>{t.firstRows(format.number(MOST))}</Muted>
      )}
      {!isSearching && !isWaiting && rows.length === limit && limit < MOST && (
        <Row>
          <Button onClick={more}>{t.more}</Button>
        </Row>
      )}
    </Stack>
  );
}
