/** Where a score is going: the latest deliveries against those before them. */
const RECENT = 5;
/** Points of 100 that a change must have to be told. */
const WORTH_TELLING = 1;

export type Trend = 'up' | 'down' | 'flat';

/** scores: newest first. Null of too few to tell. */
export function trendOf(scores: readonly number[]): Trend | null {
  if (scores.length < 2 * RECENT) return null;
  const change = meanOf(scores.slice(0, RECENT)) - meanOf(scores.slice(RECENT, 2 * RECENT));
  if (Math.abs(change) < WORTH_TELLING) return 'flat';
  return change > 0 ? 'up' : 'down';
}

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
