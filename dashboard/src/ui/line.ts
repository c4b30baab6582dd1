/** Numbers of one series as the path of a line. */

export const WIDTH = 64;
export const HEIGHT = 20;
// Half of the line's width, which is drawn to both sides.
const MARGIN = 1;

/**
 * A gap breaks the line; a number between two gaps is a dot. Empty where there is no number at all. from: of the values
 * that are drawn, on the scale of all.
 */
export function lineOf(values: readonly (number | null)[], from = 0): string {
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (at: number) => MARGIN + (at / Math.max(1, values.length - 1)) * (WIDTH - 2 * MARGIN);
  const y = (value: number) =>
    high > low
      ? HEIGHT - MARGIN - ((value - low) / (high - low)) * (HEIGHT - 2 * MARGIN)
      : HEIGHT / 2;
  return values
    .map((value, at) => {
      if (value === null || at < from) return '';
      const place = `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      return at > from && typeof values[at - 1] === 'number' ? `L${place}` : `M${place}h0`;
    })
    .join('');
}
