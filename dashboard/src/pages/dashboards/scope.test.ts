import { describe, expect, it } from 'vitest';
import { askedOf, scopeOf, searchOf, withFilter } from './scope';

describe('the scope in the address', () => {
  it('comes back as it was put there, with the types of its values', () => {
    const scope = {
      period: 'last_30_days',
      from: null,
      to: null,
      filters: [
        { field: 'origin', values: ['JFK', 'EWR'] },
        { field: 'code', values: ['12', 'true', '"x"', 'a:b'] },
        { field: 'flights', values: [12] },
        { field: 'is_holiday', values: [true] },
      ],
    };
    expect(scopeOf(searchOf(scope))).toEqual(scope);
  });

  it('prefers days over a word and keeps what else is in the address', () => {
    const search = searchOf(
      { period: 'today', from: '2013-02-01', to: '2013-02-08', filters: [] },
      'by=origin',
    );
    expect(search).toBe('by=origin&from=2013-02-01&to=2013-02-08');
    expect(scopeOf(search).period).toBeNull();
  });

  it('leaves out what is none', () => {
    expect(scopeOf('from=2013-02-09&to=2013-02-01&period=%3Cb%3E&f=x&f=:1&f=Bad:1')).toEqual({
      period: null,
      from: null,
      to: null,
      filters: [],
    });
  });

  it('asks for its days', () => {
    const scope = scopeOf('from=2013-02-01&to=2013-02-28&f=origin:JFK&f=airline:A&f=airline:B');
    expect(askedOf(scope)).toEqual({
      period: { from: '2013-02-01', to: '2013-02-28' },
      filters: [
        { field: 'origin', op: 'eq', value: 'JFK' },
        { field: 'airline', op: 'in', value: ['A', 'B'] },
      ],
    });
  });

  it('drops a filter without values', () => {
    expect(withFilter(scopeOf('f=origin:JFK'), 'origin', []).filters).toEqual([]);
  });
});
