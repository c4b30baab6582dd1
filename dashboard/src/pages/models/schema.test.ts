import { expect, it } from 'vitest';
import { readSchema } from './schema';

it('reads a schema as one row a column', () => {
  const read = readSchema({
    type: 'object',
    required: ['date', 'late15'],
    'x-unique': ['date'],
    'x-min-rows': 1,
    additionalProperties: false,
    properties: {
      date: { type: 'string', format: 'date' },
      delay: { type: ['number', 'null'], minimum: -120, title: 'Delay' },
    },
  });
  expect(read.unique).toEqual(['date']);
  expect(read.minRows).toBe(1);
  expect(read.isClosed).toBe(true);
  expect(read.fields).toEqual([
    {
      name: 'date',
      types: ['string'],
      isRequired: true,
      isNullable: false,
      limits: [['format', 'date']],
    },
    {
      name: 'delay',
      types: ['number'],
      isRequired: false,
      isNullable: true,
      limits: [['minimum', -120]],
    },
    { name: 'late15', types: [], isRequired: true, isNullable: false, limits: [] },
  ]);
});

it('reads an empty schema as no columns', () => {
  expect(readSchema({})).toEqual({ fields: [], unique: [], minRows: null, isClosed: false });
});
