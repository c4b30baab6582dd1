import { describe, expect, it } from 'vitest';
import type { StoredFile } from '@/api/client';
import { type Draft, emptyDraft } from './draft';
import { mappingOf, withFile, withMeasures } from './mapping';

const input = (name: string, width: number | null) => ({
  name,
  width,
  type: 'float32' as const,
  isSingle: false,
});
const output = (name: string, columns: number | null) => ({
  name,
  columns,
  type: 'float32' as const,
});
const file = (inputs: StoredFile['inputs'], outputs = [output('score', 1)]): StoredFile => ({
  checksum: 'a'.repeat(64),
  name: 'forest.onnx',
  sizeBytes: 9,
  inputs,
  outputs,
});
const draft = (changed: Partial<Draft>): Draft => ({ ...emptyDraft([]), ...changed });

describe('what a file is given', () => {
  it('is all measures of a period and of those before it, by a single input', () => {
    const given = draft({ measures: ['revenue', 'visitors'], params: { lags: '6' } });
    expect(mappingOf(file([input('x', 14)]), given)).toEqual([
      { name: 'x', measures: ['revenue', 'visitors'], given: 14, taken: 14 },
    ]);
  });

  it('is to be chosen for each of several, which begin with as many as they take', () => {
    const before = draft({
      measures: ['a', 'b', 'c'],
      params: { checksum: 'of another', column: '3', lags: '1' },
      moreParams: '{"inputs": {"old": ["a"]}, "bounds": {}}',
    });
    const two = file([input('x', 4), input('y', 2)], [output('label', null), output('score', 1)]);
    const after = { ...before, ...withFile(two, before) };
    expect(after.params).toEqual({ checksum: 'a'.repeat(64), output: 'score', lags: '1' });
    expect(JSON.parse(after.moreParams)).toEqual({
      bounds: {},
      inputs: { x: ['a', 'b'], y: ['c'] },
    });
    const changed = { ...after, ...withMeasures(two, after, 'y', []) };
    expect(mappingOf(two, changed)).toEqual([
      { name: 'x', measures: ['a', 'b'], given: 4, taken: 4 },
      { name: 'y', measures: [], given: 0, taken: 2 },
    ]);
  });

  it('forgets with the file what was said of its inputs, and leaves alone what is no JSON', () => {
    const before = draft({ moreParams: '{"inputs": {"old": ["a"]}}', params: { output: 'other' } });
    const { moreParams, params } = withFile(file([input('x', null)]), before);
    expect([moreParams, params?.output]).toEqual(['{}', '']);
    expect(withFile(file([input('x', 1)]), draft({ moreParams: '{"inputs"' })).moreParams).toBe(
      '{"inputs"',
    );
  });
});
