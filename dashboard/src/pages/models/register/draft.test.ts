import { describe, expect, it } from 'vitest';
import type { Runtime } from '@/api/client';
import { fieldsOf } from '@/fields/fields';
import { draftOf, emptyDraft, inputOf } from './draft';

const runtime = (name: string, type: Runtime['type'], properties: object): Runtime => ({
  name,
  type,
  label: name,
  summary: '',
  params: { type: 'object', properties },
  findingKinds: null,
  translations: { fr: { label: name, summary: '' } },
});

const RUNTIMES = [
  runtime('rules', 'rule_based', { rules: { type: 'array', title: 'Rules' } }),
  runtime('seasonal_residual', 'statistical', {
    threshold: { type: 'number', exclusiveMinimum: 0, default: 5, title: 'Threshold' },
    direction: {
      enum: ['both', 'above'],
      oneOf: [
        { const: 'both', title: 'Both' },
        { const: 'above', title: 'Above' },
      ],
      default: 'both',
      title: 'Direction',
    },
    lags: { type: ['integer', 'null'], minimum: 1, maximum: 100, default: 1, 'x-rare': true },
    weekly: { type: ['boolean', 'null'], default: null, title: 'Weekly season' },
    bounds: { type: 'object', title: 'Ends' },
  }),
];

const FILE = {
  name: 'late-arrivals',
  version: 'v1.2.0',
  type: 'statistical',
  description: 'Late airports.',
  input_schema: { type: 'object', properties: { date: { type: 'string' } } },
  output_schema: { type: 'object', properties: { ds: { type: 'string' } } },
  config: {
    runtime: 'seasonal_residual',
    dataset: 'flights_daily',
    input: {
      measures: ['late15_pct'],
      series: ['origin'],
      where: { field: 'is_holiday', op: 'eq', value: false },
      history: 120,
    },
    params: { threshold: 5, direction: 'above', lags: null, weekly: false, bounds: { y: {} } },
    trigger: { on: 'dataset_update', weekdays: ['sun'] },
    quality_threshold: 80,
    advice: { action: 'Look.', owner: 'Flow', cool_down: 7 },
  },
};

describe('a pasted model', () => {
  it('goes through the fields without losing what no field shows', () => {
    const { input, broken } = inputOf(draftOf(FILE, RUNTIMES), RUNTIMES);
    expect(broken).toEqual([]);
    expect(input).toEqual({
      name: FILE.name,
      version: FILE.version,
      type: FILE.type,
      description: FILE.description,
      inputSchema: FILE.input_schema,
      outputSchema: FILE.output_schema,
      config: FILE.config,
    });
  });

  it('has fields for plain parameters, and JSON for objects and for null that is no default', () => {
    const draft = draftOf(FILE, RUNTIMES);
    expect(draft.params).toEqual({ threshold: '5', direction: 'above', weekly: 'false' });
    expect(JSON.parse(draft.moreParams)).toEqual({ lags: null, bounds: { y: {} } });
  });
});

it('draws a field from a parameter of a plain type, with its range and what is allowed', () => {
  const fields = fieldsOf(RUNTIMES[1]?.params);
  expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
    ['threshold', 'number'],
    ['direction', 'choice'],
    ['lags', 'integer'],
    ['weekly', 'boolean'],
  ]);
  const [threshold, direction, lags, weekly] = fields;
  expect(threshold?.range).toEqual({
    least: 0,
    most: null,
    isLeastIncluded: false,
    isMostIncluded: false,
  });
  expect([threshold?.fallback, weekly?.fallback]).toEqual(['5', null]);
  expect(direction?.options[1]).toEqual({ value: 'above', label: 'Above' });
  expect([lags?.isRare, threshold?.isRare]).toEqual([true, false]);
});

it('names the texts that are no JSON', () => {
  const { input, broken } = inputOf(
    { ...emptyDraft(RUNTIMES), inputSchema: '{', moreParams: '[]' },
    RUNTIMES,
  );
  expect(input).toBeNull();
  expect(broken).toEqual(['inputSchema', 'moreParams']);
});

it.each(['', ' \n', '{}'])('takes %j of other parameters as none', (moreParams) => {
  const { input, broken } = inputOf({ ...emptyDraft(RUNTIMES), moreParams }, RUNTIMES);
  expect(broken).toEqual([]);
  expect(input?.config?.params).toEqual({});
});

it('leaves empty fields to the defaults of the server', () => {
  const { input } = inputOf({ ...emptyDraft(RUNTIMES), params: { threshold: '' } }, RUNTIMES);
  expect(input?.config).toEqual({
    runtime: 'seasonal_residual',
    dataset: '',
    input: { measures: [], series: [] },
    params: {},
    trigger: { on: 'request' },
  });
});
