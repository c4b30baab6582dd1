/** Values as names: of numbers as many decimals as tell them apart. */
import type { Column } from './kinds';

export type Say = (value: unknown, column: Column) => string;

const MOST = 9;

export function namesOf(
  values: readonly unknown[],
  column: Column,
  say: Say,
): (value: unknown) => string {
  const plain = (value: unknown) => say(value, column);
  if (column.type !== 'number') return plain;
  const numbers = [...new Set(values.filter((value) => typeof value === 'number'))];
  const isToldApart = (told: (value: unknown) => string) =>
    new Set(numbers.map(told)).size === numbers.length;
  if (isToldApart(plain)) return plain;
  for (let decimals = 0; decimals < MOST; decimals += 1) {
    const told = (value: unknown) => say(value, { ...column, decimals });
    if (isToldApart(told)) return told;
  }
  return (value) => say(value, { ...column, decimals: MOST });
}
