import { describe, expect, it } from 'vitest';
import type { Condition, PanelType, TableQuery } from '@/api/client';
import { flights } from './flights.fixture';
import {
  configOf,
  formOf,
  formOfTable,
  freeFormula,
  noMeasure,
  type PanelForm,
  placeOf,
  tableQueryOf,
  withColumns,
} from './form';
import { retype, startOf } from './starts';

const TYPES: PanelType[] = ['bar', 'line', 'pie', 'scatter', 'metric', 'table'];

describe('a panel as a form', () => {
  it.each(TYPES)('gives a %s the config that gives the same form again', (type) => {
    const form = startOf(type, flights);
    expect(formOf(type, JSON.parse(JSON.stringify(configOf(form, flights))))).toEqual(form);
  });

  it.each(TYPES)('stays complete when a bar becomes a %s', (type) => {
    const form = retype(startOf('bar', flights), type, flights);
    const config = configOf(form, flights);
    expect(formOf(type, config)).toEqual(form);
    const chart = config.charts?.[0];
    if (chart) expect([chart.x, chart.y]).not.toContain('');
  });

  it('writes values in the type of their field', () => {
    const form: PanelForm = {
      ...startOf('bar', flights),
      conditions: [
        { field: 'flights', op: 'ge', value: '12' },
        { field: 'origin', op: 'in', value: 'JFK, EWR' },
        { field: 'is_holiday', op: 'eq', value: 'true' },
        { field: 'airline', op: 'not_null', value: '' },
      ],
    };
    expect(configOf(form, flights).where).toEqual({
      and: [
        { field: 'date', op: 'in_period', value: 'last_30_days' },
        { field: 'flights', op: 'ge', value: 12 },
        { field: 'origin', op: 'in', value: ['JFK', 'EWR'] },
        { field: 'is_holiday', op: 'eq', value: true },
        { field: 'airline', op: 'not_null' },
      ],
    });
    expect(formOf('bar', configOf(form, flights))).toEqual(form);
  });

  it('leaves what is no number for the server to refuse', () => {
    const form: PanelForm = {
      ...startOf('table', flights),
      period: null,
      conditions: [{ field: 'flights', op: 'eq', value: 'many' }],
    };
    expect(configOf(form, flights).where).toEqual({ field: 'flights', op: 'eq', value: 'many' });
  });

  it.each([
    ['a parameter', { params: { period: { type: 'period' } } }],
    [
      'two tables',
      { datasets: { a: { select: [{ field: 'origin' }] }, b: { select: [{ field: 'origin' }] } } },
    ],
    ['a time zone', { time_zone: 'Africa/Lagos' }],
    [
      'measures before columns',
      { datasets: { a: { select: [{ agg: 'count' }, { field: 'b' }] } } },
    ],
    ['what is no known part', { datasets: { a: { select: [{ field: 'origin' }], pivot: {} } } }],
    ['nothing', { datasets: null }],
  ])('hands %s over to JSON', (_, part) => {
    const config = {
      version: 2,
      source: 'x',
      datasets: { a: { select: [{ field: 'origin' }] } },
      ...part,
    };
    expect(formOf('table', config)).toBeNull();
  });

  it('keeps the order by a column that became another one, and drops it with the column', () => {
    const form = startOf('bar', flights);
    const measures = [{ ...noMeasure, agg: null, measure: 'late15_pct' }];
    expect(withColumns(form, { measures })).toMatchObject({
      sort: { by: 'late15_pct', dir: 'desc' },
      top: { n: 10 },
    });
    expect(withColumns(form, { measures: [] })).toMatchObject({ sort: null, top: null });
  });

  it('does not claim a chart of another type', () => {
    expect(formOf('line', configOf(startOf('bar', flights), flights))).toBeNull();
    expect(formOf('bar', configOf(startOf('table', flights), flights))).toBeNull();
  });

  it.each([
    [['source'], 'source'],
    [['datasets', 'main', 'select', '0', 'field'], 'groups.0'],
    [['datasets', 'main', 'select', '1', 'measure'], 'measures.0'],
    [['where', 'and', '0', 'value'], 'period'],
    [['where', 'and', '1', 'value'], 'conditions.0'],
    [['where', 'and', '2', 'or', '0', 'value'], 'form'],
    [['datasets', 'main', 'sort', '0', 'by'], 'sort'],
    [['datasets', 'main', 'subtotals', '0'], 'subtotals'],
    [['charts', '0', 'y'], 'measures.0'],
    [['datasets', 'main', 'title'], 'form'],
  ])('puts a refusal of %j at %s', (path, place) => {
    const conditions = [{ field: 'origin', op: 'eq', value: 'JFK' }] as const;
    expect(placeOf(path, { ...startOf('bar', flights), conditions })).toBe(place);
  });
});

it('names a new formula as no column is named', () => {
  expect(freeFormula(['origin', 'formula_2'])).toBe('formula_1');
  expect(freeFormula(['formula_2', 'formula_1'])).toBe('formula_3');
});

describe('a table of a report as a form', () => {
  it.each<[string, TableQuery]>([
    [
      'what its columns are called and compared with',
      {
        select: [
          { field: 'origin', label: 'Airport' },
          { measure: 'flights', as: 'n', compare: 'previous_period', decimals: 1, unit: 'flights' },
        ],
        sort: [
          { by: 'n', dir: 'desc' },
          { by: 'origin', dir: 'asc' },
        ],
      },
    ],
    [
      'a year before, formulas, totals and good news',
      {
        select: [
          { field: 'origin' },
          { field: 'airline' },
          { measure: 'flights', compare: 'same_period_last_year', favourable: 'up' },
          { compute: 'flights - cancelled', as: 'flown', label: 'Flown' },
        ],
        totals: true,
        subtotals: ['origin'],
      },
    ],
    [
      'conditions on measures',
      {
        select: [{ field: 'origin' }, { measure: 'flights' }],
        having: { field: 'flights', op: 'gt', value: 10 },
      },
    ],
    [
      'conditions on measures that are no lines',
      {
        select: [{ field: 'origin' }, { measure: 'flights' }],
        having: {
          or: [
            { field: 'flights', op: 'gt', value: 10 },
            { field: 'flights', op: 'is_null' },
          ],
        },
      },
    ],
    [
      'conditions that are no lines',
      {
        select: [{ field: 'origin' }],
        where: {
          and: [
            { field: 'flights', op: 'between', value: [2, 5] },
            {
              or: [
                { field: 'origin', op: 'eq', value: 'JFK' },
                { field: 'flights', op: 'is_null' },
              ],
            },
            { not: { field: 'airline', op: 'eq', value: 'UA' } },
            { field: 'origin', op: 'eq', value: { param: 'airport' }, skip_if_null: true },
            { field: 'airline', op: 'in', value: ['A, B', 'C'] },
          ],
        },
      },
    ],
    [
      'a period of a parameter, on another field than its time',
      {
        select: [{ field: 'origin' }],
        where: { field: 'scored_at', op: 'in_period', value: { param: 'period' } },
      },
    ],
    [
      'distinct rows and those to pass over',
      { select: [{ field: 'origin' }], group: true, limit: 20, offset: 40 },
    ],
    [
      'the first of its groups',
      {
        select: [{ field: 'airline' }, { agg: 'mean', field: 'flights' }],
        sort: [{ by: 'mean_flights', dir: 'desc' }],
        top: { n: 5, rest: 'All others' },
      },
    ],
  ])('keeps %s', (_, table) => {
    const form = formOfTable('table', flights.source, table);
    expect(form && tableQueryOf(form, flights)).toEqual(table);
  });

  it('compares nothing once it has no period of its own nor of the report', () => {
    const table: TableQuery = {
      select: [{ measure: 'flights', compare: 'previous_period' }],
    };
    const form = formOfTable('table', flights.source, table) as PanelForm;
    expect(withColumns(form, {}).measures[0]?.compare).toBeNull();
    expect(withColumns({ ...form, hasOuterPeriod: true }, {}).measures[0]?.compare).toBe(
      'previous_period',
    );
  });

  it('drops subtotals with their groups, and the total with the measures', () => {
    const form = formOfTable('table', flights.source, {
      select: [{ field: 'origin' }, { field: 'airline' }, { measure: 'flights' }],
      totals: true,
      subtotals: ['origin', 'airline'],
    }) as PanelForm;
    const fewer = withColumns(form, { groups: form.groups.slice(0, 1) });
    expect(tableQueryOf(fewer, flights).subtotals).toEqual(['origin']);
    expect(tableQueryOf(withColumns(form, { measures: [] }), flights).totals).toBeUndefined();
  });

  it('shows conditions on measures as lines, in whatever order a server keeps their keys', () => {
    const having: Condition = {
      and: [
        { op: 'ge', field: 'flights', value: 10 },
        { op: 'between', field: 'late15_pct', value: [5, 20.5] },
      ],
    };
    const form = formOfTable('table', flights.source, {
      select: [{ field: 'origin' }, { measure: 'flights' }, { measure: 'late15_pct' }],
      having,
    }) as PanelForm;
    expect(form.having).toEqual([
      { field: 'flights', op: 'ge', value: '10' },
      { field: 'late15_pct', op: 'between', value: '5, 20.5' },
    ]);
    expect(tableQueryOf(form, flights).having).toEqual(having);
    expect(placeOf(['datasets', 'main', 'having', 'and', '1', 'value'], form)).toBe('having.1');
  });

  it('lets conditions on a measure follow it, and go with it', () => {
    const form = formOfTable('table', flights.source, {
      select: [{ field: 'origin' }, { measure: 'flights' }],
      having: { field: 'flights', op: 'gt', value: 10 },
    }) as PanelForm;
    const renamed = withColumns(form, {
      measures: [{ ...noMeasure, agg: null, measure: 'late15_pct' }],
    });
    expect(tableQueryOf(renamed, flights).having).toEqual({
      field: 'late15_pct',
      op: 'gt',
      value: 10,
    });
    expect(tableQueryOf(withColumns(form, { measures: [] }), flights).having).toBeUndefined();
  });

  it('drops the further orders with their columns', () => {
    const form = formOfTable('table', flights.source, {
      select: [{ field: 'origin' }, { field: 'airline' }],
      sort: [{ by: 'origin' }, { by: 'airline' }],
    }) as PanelForm;
    const next = withColumns(form, { groups: form.groups.slice(0, 1) });
    expect(tableQueryOf(next, flights).sort).toEqual([{ by: 'origin', dir: 'asc' }]);
  });
});
