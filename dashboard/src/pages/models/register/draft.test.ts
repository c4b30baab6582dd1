import { describe, expect, it } from 'vitest';
import { draftOf, emptyDraft, inputOf } from './draft';

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
    params: { threshold: 5, direction: 'above', level_cycles: 6 },
    trigger: { on: 'dataset_update', weekdays: ['sun'] },
    quality_threshold: 80,
    advice: { action: 'Look.', owner: 'Flow', cool_down: 7 },
  },
};

describe('a pasted model', () => {
  it('goes through the fields without losing what no field shows', () => {
    const { input, broken } = inputOf(draftOf(FILE));
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

  it('has fields for the parameters that people change, and JSON for the others', () => {
    const draft = draftOf(FILE);
    expect(draft.params).toEqual({ threshold: '5', direction: 'above' });
    expect(JSON.parse(draft.moreParams)).toEqual({ level_cycles: 6 });
  });
});

it('names the texts that are no JSON', () => {
  const { input, broken } = inputOf({ ...emptyDraft, inputSchema: '{', moreParams: '[]' });
  expect(input).toBeNull();
  expect(broken).toEqual(['inputSchema', 'moreParams']);
});

it('leaves empty fields to the defaults of the server', () => {
  const { input } = inputOf({ ...emptyDraft, params: { threshold: '' } });
  expect(input?.config).toEqual({
    runtime: 'seasonal_residual',
    dataset: '',
    input: { measures: [], series: [] },
    params: {},
    trigger: { on: 'request' },
  });
});
