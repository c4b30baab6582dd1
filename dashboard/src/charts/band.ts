/** Points of a series with what was expected of them. */
import type { EvidencePoint } from '@/api/client';
import { timeOf } from './shape';

/** ds: in the data's local time. A point without y lies ahead: its yhat is a forecast. */
export type BandPoint = EvidencePoint;

export type TimedPoint = BandPoint & { at: number };

/** By time; what has none is left out. */
export function timedOf(points: readonly BandPoint[]): TimedPoint[] {
  return points
    .flatMap((point) => {
      const at = timeOf(point.ds);
      return at === null ? [] : [{ ...point, at }];
    })
    .sort((a, b) => a.at - b.at);
}
