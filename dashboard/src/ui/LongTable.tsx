/** A table of what the server sorts, as far as it was read; a text is looked for in all rows that can be read. */
import { useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from './Button';
import { Muted, Row, Stack } from './Layouts';
import { foundIn, type Order } from './sorting';
import { type Column, Table } from './Table';
import { SEARCHED, Search } from './WholeTable';
import { words } from './words';

const STEP = 50;
const MOST = 1000;

/** What its rows are to be asked for by. */
export function useLongTable(first: Order | null = null) {
  const [limit, setLimit] = useState(STEP);
  const [order, setOrder] = useState(first);
  const [text, setText] = useState('');
  const more = () => setLimit(limit + STEP);
  return { limit: text ? MOST : limit, order, setOrder, text, setText, more };
}

export function LongTable<T>({
  caption,
  columns,
  rows,
  keyOf,
  asked: { limit, order, setOrder, text, setText, more },
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  asked: ReturnType<typeof useLongTable>;
}) {
  const t = useWords(words);
  const format = useFormat();
  const found = foundIn(rows, text, columns);
  return (
    <Stack>
      {(text !== '' || rows.length > SEARCHED) && (
        <Search text={text} onText={setText} count={found.length} />
      )}
      <Table
        caption={caption}
        columns={columns}
        rows={found}
        keyOf={keyOf}
        order={order}
        onOrder={setOrder}
      />
      {text !== '' && rows.length === MOST && <Muted>{t.firstRows(format.number(MOST))}</Muted>}
      {text === '' && rows.length === limit && limit < MOST && (
        <Row>
          <Button onClick={more}>{t.more}</Button>
        </Row>
      )}
    </Stack>
  );
}
