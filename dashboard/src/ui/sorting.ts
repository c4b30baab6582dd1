/** The order of a head, rows in it, and those in which a text is found. */
import type { ReactNode } from 'react';

export interface Order {
  by: string;
  isAscending: boolean;
}

export type Sortable = string | number | bigint | boolean | null | undefined;

export interface Sorted<T> {
  key: string;
  isNumeric?: boolean;
  /** What rows are sorted by; a column without stays as it is. */
  sortOf?: (row: T) => Sortable;
}

export interface Shown<T> {
  cell: (row: T) => ReactNode;
  /** What the cell shows, where that is no text by itself. */
  textOf?: (row: T) => string;
}

const saidIn = <T>({ cell, textOf }: Shown<T>, row: T): string => {
  const shown = textOf ? textOf(row) : cell(row);
  return typeof shown === 'string' ? shown : '';
};

// Numbers have no-break spaces, and nobody types those.
const plain = (text: string) => text.trim().replace(/\s+/g, ' ').toLocaleLowerCase();

/** Rows of which a cell shows the text. */
export function foundIn<T>(
  rows: readonly T[],
  text: string,
  columns: readonly Shown<T>[],
): readonly T[] {
  const wanted = plain(text);
  if (!wanted) return rows;
  return rows.filter((row) =>
    columns.some((column) => plain(saidIn(column, row)).includes(wanted)),
  );
}

const isNothing = (value: Sortable) => value === null || value === undefined || value === '';

/** What is nothing comes last either way; what is alike stays as it was. */
export function inOrderOf<T>(
  rows: readonly T[],
  sortOf: (row: T) => Sortable,
  isAscending: boolean,
  compare: (a: string, b: string) => number,
): T[] {
  const sign = isAscending ? 1 : -1;
  return [...rows].sort((one, other) => {
    const [a, b] = [sortOf(one), sortOf(other)];
    if (isNothing(a) || isNothing(b)) return Number(isNothing(a)) - Number(isNothing(b));
    if (typeof a === 'string' && typeof b === 'string') return sign * compare(a, b);
    return sign * (Number((a as number) > (b as number)) - Number((a as number) < (b as number)));
  });
}

/** A press on a head: the other way round, and numbers from the greatest first. */
export const pressed = (order: Order | null, { key, isNumeric = false }: Sorted<never>): Order => ({
  by: key,
  isAscending: order?.by === key ? !order.isAscending : !isNumeric,
});

/** What a list of the server is asked for: the keys of the columns that it sorts are its own words. */
export const inputOf = <By extends string>(order: Order | null) =>
  order ? { sort: order.by as By, isAscending: order.isAscending } : {};
