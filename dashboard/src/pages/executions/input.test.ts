import { describe, expect, it } from 'vitest';
import { readInputRef, writeInputRef } from './input';

describe('inputRef', () => {
  it('is taken apart and put together again', () => {
    const text = 'dataset:flights_daily@ba2fe4fcf7c31e58?from=2013-02-01&to=2013-03-01';
    const parts = readInputRef(text);
    expect(parts).toEqual({
      dataset: 'flights_daily',
      dataVersion: 'ba2fe4fcf7c31e58',
      from: '2013-02-01',
      to: '2013-03-01',
    });
    expect(parts && writeInputRef(parts)).toBe(text);
  });

  it('may be a bare name', () => {
    expect(readInputRef('flights_daily')).toEqual({
      dataset: 'flights_daily',
      dataVersion: null,
      from: null,
      to: null,
    });
  });

  it('has only the bounds that are given', () => {
    const parts = { dataset: 'a', dataVersion: null, from: '2013-02-01', to: null };
    expect(writeInputRef(parts)).toBe('dataset:a?from=2013-02-01');
  });
});
