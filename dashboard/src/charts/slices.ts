/** The slices of a pie: the largest ones, and the others as one; marks are found by their slice. */
import type { Shape } from './kinds';

const MAX_SLICES = 8;

export interface Slice {
  name: string;
  value: number;
  colour: number;
  /** Of the shape's marks; null for the others together, behind which there is no one row. */
  mark: number | null;
}

export function slicesOf(shape: Shape, rest: (n: number) => string): Slice[] {
  const positive = shape.marks
    .map(({ label, y }, mark) => ({ name: label, value: y, mark }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value);
  const isWhole = positive.length <= MAX_SLICES;
  const kept = isWhole ? positive : positive.slice(0, MAX_SLICES - 1);
  const others = positive.slice(kept.length);
  const slices: Slice[] = kept.map((slice, colour) => ({ ...slice, colour }));
  if (others.length > 0) {
    const value = others.reduce((sum, each) => sum + each.value, 0);
    slices.push({ name: rest(others.length), value, colour: MAX_SLICES - 1, mark: null });
  }
  return slices;
}
