import { describe, expect, it } from 'vitest';
import type { PanelType, SourceSchema } from '@/api/client';
import { configOf, formOf, type PanelForm, placeOf } from './form';
import { exampleOf, retype, startOf } from './starts';

const field = (name: string, type: SourceSchema['fields'][number]['type']) => ({
  name,
  type,
  label: name,
  unit: null,
  zone: null,
});
const measure = (name: string, kind: string) => ({ name, kind, label: name, unit: null });

const flights: SourceSchema = {
  source: 'dataset:flights_daily',
  label: 'Flights',
  time: 'date',
  fields: [
    field('date', 'date'),
    field('origin', 'string'),
    field('airline', 'string'),
    field('flights', 'integer'),
    field('is_holiday', 'boolean'),
  ],
  measures: [measure('rows', 'count'), measure('flights', 'sum'), measure('late15_pct', 'ratio')],
};

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
    ['an alternative', { where: { or: [{ field: 'origin', op: 'eq', value: 'JFK' }] } }],
    ['a label', { datasets: { a: { select: [{ field: 'origin', label: 'From' }] } } }],
    ['nothing', { datasets: null }],
  ])('hands %s over to JSON', (_, part) => {
    const config = {
      version: 1,
      source: 'x',
      datasets: { a: { select: [{ field: 'origin' }] } },
      ...part,
    };
    expect(formOf('table', config)).toBeNull();
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
    [['datasets', 'main', 'sort', '0', 'by'], 'sort'],
    [['charts', '0', 'y'], 'measures.0'],
    [['datasets', 'main', 'title'], 'form'],
  ])('puts a refusal of %j at %s', (path, place) => {
    expect(placeOf(path, startOf('bar', flights))).toBe(place);
  });
});

describe('an example dashboard', () => {
  it('shows what the sources have, each panel complete', () => {
    const panels = exampleOf([flights], (what, by) => (by ? `${what} by ${by}` : what));
    expect(panels.map((panel) => panel.type)).toEqual(['metric', 'line', 'bar', 'pie']);
    expect(panels[1]?.title).toBe('flights by date');
    for (const panel of panels) expect(formOf(panel.type, panel.queryConfig)).not.toBeNull();
  });

  it('leaves out what a source cannot show', () => {
    const bare = { ...flights, time: null, fields: [field('n', 'integer')], measures: [] };
    expect(exampleOf([bare], (what) => what).map((panel) => panel.type)).toEqual(['metric']);
  });
});
