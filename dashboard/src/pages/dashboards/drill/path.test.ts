import { describe, expect, it } from 'vitest';
import type { QueryConfig } from '@/api/client';
import { searchOfWay, stepOfLevel, stepOfPanel, TOP, wayOf, waysUp } from './path';

const column = (name: string) => ({
  name,
  label: name,
  type: 'string' as const,
  unit: null,
  decimals: null,
});

const config: QueryConfig = {
  version: 2,
  source: 'dataset:flights_daily',
  datasets: {
    main: {
      select: [
        { field: 'date', bucket: 'month', as: 'month' },
        { field: 'origin' },
        { measure: 'flights' },
      ],
      sort: [{ by: 'flights', dir: 'desc' }],
      top: { n: 5, rest: 'Others' },
    },
  },
  charts: [{ type: 'bar', data: 'main', x: 'origin', y: 'flights' }],
};
const columns = [column('month'), column('origin'), column('flights')];

describe('the way down', () => {
  it('comes back from the address and leaves the scope there', () => {
    const way = { path: [{ origin: 'JFK' }, { airline: null }], by: 'date_month', isRows: false };
    const search = searchOfWay(way, 'period=today');
    expect(wayOf(search)).toEqual(way);
    expect(search).toContain('period=today');
    expect(searchOfWay(TOP, search)).toBe('period=today');
  });

  it('is the top for an address that makes no sense', () => {
    expect(wayOf('path=%5B1,%22x%22%5D').path).toEqual([]);
    expect(wayOf('path=%7Bbroken')).toEqual(TOP);
  });

  it('names the groups of a row, not its measures', () => {
    expect(stepOfPanel(config, columns, ['2013-02-01', 'JFK', 12])).toEqual({
      month: '2013-02-01',
      origin: 'JFK',
    });
  });

  it('does not lead behind the row of all others', () => {
    expect(stepOfPanel(config, columns, [null, 'Others', 12])).toBeNull();
  });

  it('does not lead from plain rows', () => {
    const rows = { ...config, datasets: { main: { select: [{ field: 'origin' }] } } };
    expect(stepOfPanel(rows, [column('origin')], ['JFK'])).toBeNull();
  });

  it('leads up to each level as it was grouped', () => {
    const way = { path: [{ origin: 'JFK' }, { airline: 'AA' }], by: null, isRows: false };
    expect(waysUp(way)).toEqual([TOP, { path: [{ origin: 'JFK' }], by: 'airline', isRows: false }]);
    expect(stepOfLevel('airline', [column('airline')], [null])).toEqual({ airline: null });
  });
});
