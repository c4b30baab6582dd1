/** A table of rows; the caption is for screen readers unless a heading says the same. */
import { type Order, pressed, type Shown, type Sorted } from './sorting';
import css from './ui.module.css';

export interface Column<T> extends Sorted<T>, Shown<T> {
  label: string;
  /** In one line, such as a moment. */
  isWhole?: boolean;
  /** The server sorts by it, under its key. */
  isSorted?: boolean;
}

export function Table<T>({
  caption,
  columns,
  rows,
  keyOf,
  order = null,
  onOrder,
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  /** The head that they are sorted by. */
  order?: Order | null;
  onOrder?: ((order: Order) => void) | undefined;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard too
    <section className={css.tableBox} tabIndex={0} aria-label={caption}>
      <table className={css.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} order={order} onOrder={onOrder} />
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

function Head<T>({
  column,
  order,
  onOrder,
}: {
  column: Column<T>;
  order: Order | null;
  onOrder: ((order: Order) => void) | undefined;
}) {
  const { key, label, isNumeric } = column;
  const isSortable = onOrder && (column.sortOf || column.isSorted);
  const isHere = order?.by === key;
  const way = order?.isAscending ? 'ascending' : 'descending';
  return (
    <th
      scope="col"
      data-numeric={isNumeric || undefined}
      aria-sort={isSortable && isHere ? way : undefined}
    >
      {isSortable ? (
        <button
          type="button"
          className={css.sort}
          onClick={() => onOrder(pressed(order, { key, isNumeric: isNumeric ?? false }))}
        >
          {label}
          <span aria-hidden="true">{isHere ? (order.isAscending ? '▲' : '▼') : '↕'}</span>
        </button>
      ) : (
        label
      )}
    </th>
  );
}
