/** The order of a head, and rows in it. */
export interface Order {
  by: string;
  isAscending: boolean;
}

export type Sortable = string | number | bigint | boolean | null | undefined;

export interface Sorted<T> {
  key: string;
  isNumeric?: boolean;
  /** What rows are sorted by, and found by; a column without stays as it is. */
  sortOf?: (row: T) => Sortable;
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
