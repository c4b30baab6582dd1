/** A table of rows; the caption is for screen readers unless a heading says the same. */
import type { ReactNode } from 'react';
import css from './ui.module.css';

export interface Column<T> {
  key: string;
  label: string;
  isNumeric?: boolean;
  /** In one line, such as a moment. */
  isWhole?: boolean;
  cell: (row: T) => ReactNode;
}

export function Table<T>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard too
    <section className={css.tableBox} tabIndex={0} aria-label={caption}>
      <table className={css.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" data-numeric={column.isNumeric || undefined}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td
                  key={column.key}
                  data-numeric={column.isNumeric || undefined}
                  data-whole={column.isWhole || undefined}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
