/** Rows as a table, a hundred at a time; with `onSelect` each row leads to what is behind it. */
import { useMemo, useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Search } from '@/ui/Search';
import { Empty } from '@/ui/States';
import { Table } from '@/ui/Table';
import { useSorting } from '@/ui/useSorting';
import css from './charts.module.css';
import type { Rows } from './kinds';
import { type Line, TOTAL, useTableColumns } from './useTableColumns';
import { words } from './words';

const STEP = 100;
// Fewer are seen at one sight.
const SEARCHED = 20;

export function DataTable({
  caption,
  data,
  onSelect,
  height,
}: {
  caption: string;
  data: Rows;
  onSelect?: ((row: number) => void) | undefined;
  /** Of the box that it scrolls in, in rem; as high as its rows without. */
  height?: number | undefined;
}) {
  const t = useWords(words);
  const format = useFormat();
  const [most, setMost] = useState(STEP);
  const lines = useMemo(() => data.rows.map((row, index): Line => ({ row, index })), [data]);
  const columns = useTableColumns(data, onSelect);
  const isWhole = !data.isTruncated && (data.total ?? 0) <= data.rows.length;
  const { shown, order, setOrder, text, setText } = useSorting(lines, columns, isWhole);
  if (data.rows.length === 0) return <Empty title={t.nothing}>{t.nothingText}</Empty>;
  const rows = shown.slice(0, most);
  const left = shown.length - rows.length;
  // It is of all rows, and not of those that were found.
  if (data.totals && left === 0 && !text) rows.push({ row: data.totals, index: TOTAL });
  return (
    <>
      {isWhole && data.rows.length > SEARCHED && (
        <Search text={text} onText={setText} count={shown.length} />
      )}
      <div className={css.tableScroll} style={height ? { maxHeight: `${height}rem` } : undefined}>
        <Table
          caption={caption}
          columns={columns}
          rows={rows}
          keyOf={({ index }) => index}
          order={order}
          onOrder={setOrder}
        />
        {left > 0 && (
          <Button onClick={() => setMost(most + STEP)}>
            {t.more(format.number(Math.min(left, STEP)))}
          </Button>
        )}
      </div>
    </>
  );
}
