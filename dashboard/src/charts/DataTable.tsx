/** Rows as a table, a hundred at a time; with `onSelect` each row leads to what is behind it. */
import { useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Empty } from '@/ui/States';
import { Table, type Column as TableColumn } from '@/ui/Table';
import css from './charts.module.css';
import type { Rows } from './kinds';
import { isNumeric, labelWithUnit, splitUnit, useValues } from './values';
import { verdictOf } from './verdicts';
import { words } from './words';

const STEP = 100;
// The place of the row of all, which is none of the rows.
const TOTAL = -1;

type Row = readonly unknown[];

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
  const say = useValues();
  const [shown, setShown] = useState(STEP);
  if (data.rows.length === 0) return <Empty title={t.nothing}>{t.nothingText}</Empty>;
  const rows = data.rows.slice(0, shown).map((row, index) => ({ row, index }));
  const left = data.rows.length - rows.length;
  const { totals, totalAt } = data;
  if (totals && left === 0) rows.push({ row: totals, index: TOTAL });
  const columns: TableColumn<{ row: Row; index: number }>[] = data.columns.map((full, position) => {
    const { bare: column, unit } = splitUnit(full);
    const told = (row: Row) => {
      const verdict = verdictOf(column, row[position]);
      return (
        <>
          {say(row[position], column)}
          {verdict && <span className={css[verdict]}> {t[verdict]}</span>}
        </>
      );
    };
    return {
      key: column.name,
      label: labelWithUnit({ ...column, unit }, (text) => ` (${text})`),
      isNumeric: isNumeric(column),
      isWhole: column.type === 'date' || column.type === 'datetime',
      cell: ({ row, index }) =>
        index === TOTAL ? (
          <strong>{position === totalAt ? t.total : told(row)}</strong>
        ) : onSelect && position === 0 ? (
          <button type="button" className={css.rowLink} onClick={() => onSelect(index)}>
            <span className="visually-hidden">{t.openRow('')}</span>
            {say(row[position], column)}
          </button>
        ) : (
          told(row)
        ),
    };
  });
  return (
    <div className={css.tableScroll} style={height ? { maxHeight: `${height}rem` } : undefined}>
      <Table caption={caption} columns={columns} rows={rows} keyOf={({ index }) => index} />
      {left > 0 && (
        <Button onClick={() => setShown(shown + STEP)}>
          {t.more(format.number(Math.min(left, STEP)))}
        </Button>
      )}
    </div>
  );
}
