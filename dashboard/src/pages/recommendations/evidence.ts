/** The evidence that a recommendation itself carries: enough for its chart where the server cannot be asked. */
import type { Recommendation, RecommendationEvidence } from '@/api/client';

type Points = RecommendationEvidence['points'];

export interface Known {
  measure: string | null;
  label: string | null;
  unit: string | null;
  confidence: number | null;
  quality: number | null;
  model: { id: number; name: string; version: string } | null;
  owner: string | null;
  action: string | null;
  points: Points;
}

const objectIn = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const textIn = (value: unknown) => (typeof value === 'string' ? value : null);
const numberIn = (value: unknown) => (typeof value === 'number' ? value : null);
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The series of a model that tells none apart is called "all". */
export const seriesName = (name: string | null, allSeries: string) =>
  name === 'all' ? allSeries : name;

// An event is worth its worst; what goes on is worth its last.
const isStatement = (category: Recommendation['category']) =>
  category === 'trend' || category === 'forecast';

export function knownOf({
  metadata,
  category,
}: Pick<Recommendation, 'metadata' | 'category'>): Known {
  const evidence = objectIn(metadata);
  // Title and text are about it, so measure, label, unit and points are its own, or not shown.
  const main = objectIn(
    isStatement(category) ? evidence.latest : (evidence.peak ?? evidence.latest),
  );
  const measure = textIn(main.measure);
  const model = objectIn(evidence.model);
  const id = numberIn(model.id);
  const found = new Set(
    [...listIn(evidence.occurrences), main]
      .map(objectIn)
      .filter((each) => each.measure === main.measure)
      .map((each) => textIn(each.ds)),
  );
  return {
    measure,
    label: textIn(main.label),
    unit: textIn(main.unit),
    confidence: numberIn(main.confidence),
    quality: numberIn(evidence.quality_score),
    model:
      id === null
        ? null
        : { id, name: textIn(model.name) ?? '', version: textIn(model.version) ?? '' },
    owner: textIn(evidence.owner),
    action: textIn(evidence.action),
    points:
      textIn(evidence.measure) === measure
        ? listIn(evidence.points).flatMap((each) => pointsIn(each, found))
        : [],
  };
}

function pointsIn(value: unknown, found: ReadonlySet<string | null>): Points {
  const point = objectIn(value);
  const ds = textIn(point.ds);
  if (ds === null) return [];
  const [y, yhat, lo, hi] = [point.y, point.yhat, point.lo, point.hi].map(numberIn);
  return [
    {
      ds,
      y: y ?? null,
      yhat: yhat ?? null,
      lo: lo ?? null,
      hi: hi ?? null,
      isFinding: found.has(ds),
    },
  ];
}
