/** The columns of a result as those of a table: how each value is said, and what rows are sorted by. */
import { localAt } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import type { Sortable } from '@/ui/sorting';
import type { Column as TableColumn } from '@/ui/Table';
import css from './charts.module.css';
import type { Column, Rows } from './kinds';
import { isNumeric, labelWithUnit, splitUnit, useValues } from './values';
import { verdictOf } from './verdicts';
import { words } from './words';

/** The place of the row of all, which is none of the rows. */
export const TOTAL = -1;

/** index: among the rows as they came. */
export interface Line {
  row: readonly unknown[];
  index: number;
}

const WHOLE = /^-?\d+$/;

/** What is a number sorts as one, text as it is read, and a day by its own text. */
export function sortableOf(
  value: unknown,
  column: Column,
  said: (value: unknown) => string,
): Sortable {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = String(value);
  if (isNumeric(column)) return WHOLE.test(text) ? BigInt(text) : Number(text);
  return column.type === 'date' || column.type === 'datetime' ? localAt(text) : said(value);
}

export function useTableColumns(
  { columns, totalAt }: Pick<Rows, 'columns' | 'totalAt'>,
  onSelect: ((row: number) => void) | undefined,
) {
  const t = useWords(words);
  const say = useValues();
  const shown: TableColumn<Line>[] = columns.map((full, position) => {
    const { bare: column, unit } = splitUnit(full);
    const told = (row: Line['row']) => {
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
      sortOf: ({ row }) => sortableOf(row[position], column, (value) => say(value, column)),
      textOf: ({ row }) => {
        const verdict = verdictOf(column, row[position]);
        return verdict ? `${say(row[position], column)} ${t[verdict]}` : say(row[position], column);
      },
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
  return shown;
}
