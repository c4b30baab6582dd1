/** The slices of a pie, in the order of the server; marks are found by their slice. */
import type { Shape } from './kinds';
import { REST } from './shape';

export interface Slice {
  name: string;
  value: number;
  /** Of the whole, in percent. */
  share: number;
  colour: number;
  mark: number;
}

export function slicesOf({ marks, spec }: Pick<Shape, 'marks' | 'spec'>): Slice[] {
  const order = marks
    .map((_, mark) => mark)
    .sort((a, b) => (marks[a]?.at ?? 0) - (marks[b]?.at ?? 0));
  const shown = marks.reduce((sum, { y }) => sum + y, 0);
  const whole = spec.whole ?? shown;
  return order.map((mark, at) => {
    const { label = '', y = 0 } = marks[mark] ?? {};
    return {
      name: label,
      value: y,
      share: (100 * y) / whole,
      colour: at === spec.rest ? REST : at,
      mark,
    };
  });
}
