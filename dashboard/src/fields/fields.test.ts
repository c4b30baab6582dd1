import { expect, it } from 'vitest';
import { fieldsOf, listsOf, READ } from './fields';

const schema = {
  type: 'object',
  properties: {
    largest: { type: ['string', 'null'], title: 'Largest', default: null, 'x-names': 'table' },
    by: { type: ['string', 'null'], 'x-names': 'column', 'x-of': 'largest' },
    rows: { type: 'integer', minimum: 1, maximum: 50, default: 10 },
    beside: {
      type: 'array',
      title: 'Beside it',
      description: 'None: all.',
      items: { type: 'string', 'x-names': 'table' },
    },
    words: { type: 'array', items: { type: 'string' } },
    ends: { type: 'object' },
  },
};

it('tells what a field names, and which lists are of tables', () => {
  expect(fieldsOf(schema).map(({ name, kind, names }) => [name, kind, names])).toEqual([
    ['largest', 'text', { what: 'table', of: null }],
    ['by', 'text', { what: 'column', of: 'largest' }],
    ['rows', 'integer', null],
  ]);
  expect(listsOf(schema)).toEqual([{ name: 'beside', label: 'Beside it', help: 'None: all.' }]);
});

it('has no fields before the server has said which', () => {
  expect([fieldsOf(undefined), listsOf(undefined)]).toEqual([[], []]);
});

it('reads numbers and truths, and leaves what is neither for the server to refuse', () => {
  expect([READ.integer('12'), READ.number('1.5'), READ.integer('ten')]).toEqual([12, 1.5, 'ten']);
  expect([READ.boolean('true'), READ.boolean('false'), READ.boolean('maybe')]).toEqual([
    true,
    false,
    'maybe',
  ]);
});
