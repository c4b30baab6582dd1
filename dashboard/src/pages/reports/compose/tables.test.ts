import { describe, expect, it } from 'vitest';
import type { QueryConfig, ReportOutput } from '@/api/client';
import { onlyTable, pathInWhole, withCharts, withDefault, withoutTable } from './tables';

const config: QueryConfig = {
  version: 2,
  source: 'dataset:a',
  params: { period: { type: 'period', default: 'last_week' } },
  datasets: { one: { select: [{ field: 'a' }] }, two: { select: [{ field: 'b' }] } },
  charts: [
    { type: 'bar', data: 'one', x: 'a', y: 'b' },
    { type: 'line', data: 'two', x: 'b', y: 'c', note: 'kept' },
  ],
  outputs: {
    csv: { dataset: 'two', profile: 'raw' },
    json: { datasets: ['two', 'one'] },
    pdf: { tiles: 'two', tables: ['one', 'two'], orientation: 'landscape' },
  },
};

const schema = (format: ReportOutput['format'], properties: object): ReportOutput => ({
  format,
  fields: { type: 'object', properties },
});
const table = { type: ['string', 'null'], 'x-names': 'table' };
const tables = { type: 'array', items: { type: 'string', 'x-names': 'table' } };
const formats = [
  schema('csv', { dataset: table, profile: { type: 'string' } }),
  schema('json', { datasets: tables }),
  schema('pdf', { tiles: table, tables, orientation: { type: 'string' } }),
];

describe('the tables of a report', () => {
  it('are looked at one by one, with their own charts', () => {
    const { outputs: _, ...rest } = config;
    expect(onlyTable(config, 'two')).toEqual({
      ...rest,
      datasets: { two: config.datasets.two },
      charts: [config.charts?.[1]],
    });
  });

  it('put a refusal of one alone where it is in the whole', () => {
    expect(pathInWhole(['charts', 0, 'x'], config, 'two')).toEqual(['charts', 1, 'x']);
    expect(pathInWhole(['datasets', 'two', 'select'], config, 'two')).toHaveLength(3);
  });

  it('take what is said of them along when they go', () => {
    expect(withoutTable(config, 'two', formats)).toEqual({
      ...config,
      datasets: { one: config.datasets.one },
      charts: [config.charts?.[0]],
      outputs: {
        csv: { profile: 'raw' },
        json: { datasets: ['one'] },
        pdf: { tables: ['one'], orientation: 'landscape' },
      },
    });
  });

  it('are known by the marks of the keys that name them, of sections this app has never heard of too', () => {
    const later = schema('pdf', {
      largest: table,
      by: { type: ['string', 'null'], 'x-names': 'column', 'x-of': 'largest' },
      of: { type: ['string', 'null'], 'x-names': 'column', 'x-of': 'other' },
      beside: tables,
      title: { type: 'string' },
    });
    const pdf = { largest: 'two', by: 'b', other: 'one', of: 'a', beside: ['two'], title: 'two' };
    const outputs = withoutTable({ ...config, outputs: { pdf } as QueryConfig['outputs'] }, 'two', [
      later,
    ]).outputs;
    expect(outputs).toEqual({ pdf: { other: 'one', of: 'a', beside: [], title: 'two' } });
  });

  it('leave the charts of others in their places', () => {
    const pie = { type: 'pie', data: 'one', x: 'a', y: 'b' } as const;
    expect(withCharts(config, 'one', [pie, pie]).charts).toEqual([pie, config.charts?.[1], pie]);
    expect(withCharts(config, 'one', []).charts).toEqual([config.charts?.[1]]);
  });

  it('share a parameter whose default changes for all', () => {
    expect(withDefault(config, 'period', 'last_month').params).toEqual({
      period: { type: 'period', default: 'last_month' },
    });
  });

  it('take their sections of the layout along, and leave the others at their charts', () => {
    const layout: QueryConfig['layout'] = [
      { type: 'chart', chart: 1 },
      { type: 'chart', chart: 2 },
      { type: 'summary', data: 'two', worst: 'one' },
      { type: 'table', data: 'one' },
      { type: 'page_break' },
    ];
    expect(withoutTable({ ...config, layout }, 'one', formats).layout).toEqual([
      { type: 'chart', chart: 1 },
      { type: 'summary', data: 'two' },
      { type: 'page_break' },
    ]);
    // A chart that is changed stays the chart that it was.
    const other = { type: 'pie', data: 'one', x: 'a', y: 'b' } as const;
    expect(withCharts({ ...config, layout }, 'one', [other]).layout).toEqual(layout);
    expect(onlyTable({ ...config, layout }, 'two')).not.toHaveProperty('layout');
  });
});
