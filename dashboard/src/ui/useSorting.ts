/** Rows of a list that is whole here: in the order of a head, and those in which a text is found. */
import { useState } from 'react';
import { useFormat } from '@/i18n/format';
import { foundIn, inOrderOf, type Order, type Shown, type Sorted } from './sorting';

/** isWhole: false leaves the rows as they are, for others are not here. */
export function useSorting<T>(
  rows: readonly T[],
  columns: readonly (Sorted<T> & Shown<T>)[],
  isWhole: boolean,
) {
  const format = useFormat();
  const [order, setOrder] = useState<Order | null>(null);
  const [text, setText] = useState('');
  if (!isWhole) return { shown: rows, order: null, text: '', setText };
  const found = foundIn(rows, text, columns);
  const column = columns.find(({ key }) => key === order?.by);
  const shown =
    order && column?.sortOf
      ? inOrderOf(found, column.sortOf, order.isAscending, format.inOrder)
      : found;
  return { shown, order, setOrder, text, setText };
}
