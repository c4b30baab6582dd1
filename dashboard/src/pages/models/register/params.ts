/** What each runtime can be told by fields, with the server's defaults as what an empty field means. */
import type { ModelType } from '@/api/client';

export type Runtime =
  | 'rules'
  | 'seasonal_residual'
  | 'mann_kendall'
  | 'change_points'
  | 'pyod'
  | 'prophet';

export interface ParamField {
  name: string;
  kind: 'integer' | 'number' | 'choice';
  /** What holds if the field is empty; null where the server derives it from the data. */
  fallback: string | null;
  options?: readonly string[];
}

export const RUNTIMES: Record<ModelType, readonly Runtime[]> = {
  rule_based: ['rules'],
  statistical: ['seasonal_residual', 'mann_kendall', 'change_points'],
  ml: ['pyod', 'prophet'],
};

const integer = (name: string, fallback: number | null): ParamField => ({
  name,
  kind: 'integer',
  fallback: fallback === null ? null : String(fallback),
});
const number = (name: string, fallback: number | null): ParamField => ({
  ...integer(name, fallback),
  kind: 'number',
});
const choice = (name: string, options: readonly string[]): ParamField => ({
  name,
  kind: 'choice',
  fallback: options[0] ?? null,
  options,
});

const direction = choice('direction', ['both', 'above', 'below']);
const ends = [number('floor', null), number('ceiling', null)];

export const PARAMS: Record<Runtime, readonly ParamField[]> = {
  rules: [],
  seasonal_residual: [
    number('threshold', 5),
    direction,
    number('min_effect', 0),
    integer('season_length', null),
    ...ends,
  ],
  mann_kendall: [
    integer('window', 28),
    choice('variant', ['hamed_rao', 'original', 'seasonal']),
    number('alpha', 0.01),
    number('min_slope', 0),
    direction,
  ],
  change_points: [
    integer('window', 90),
    integer('recent', 14),
    integer('min_size', 7),
    number('penalty', 3),
    number('alpha', 0.01),
    number('min_effect', 0),
    direction,
  ],
  pyod: [
    choice('detector', ['knn', 'ecod', 'copod', 'hbos', 'iforest']),
    integer('lags', 3),
    number('quantile', 0.98),
    choice('scope', ['series', 'panel']),
    integer('refit_every', 7),
    direction,
    ...ends,
  ],
  prophet: [
    integer('h', 14),
    number('level', 80),
    choice('direction', ['above', 'below']),
    number('probability_at_least', 0.5),
    number('critical_at', 0.9),
    ...ends,
  ],
};
