/** A source for tests, as the catalogue tells of it. */
import type { SourceSchema } from '@/api/client';

const field = (name: string, type: SourceSchema['fields'][number]['type']) => ({
  name,
  type,
  label: name,
  unit: null,
  zone: null,
  vocabulary: null,
  words: null,
  translations: null,
});
const measure = (name: string, kind: string) => ({
  name,
  kind,
  label: name,
  unit: null,
  translations: null,
});

export const flights: SourceSchema = {
  source: 'dataset:flights_daily',
  label: 'Flights',
  translations: null,
  time: 'date',
  fields: [
    field('date', 'date'),
    field('origin', 'string'),
    field('airline', 'string'),
    field('flights', 'integer'),
    field('is_holiday', 'boolean'),
  ],
  stretch: null,
  measures: [measure('rows', 'count'), measure('flights', 'sum'), measure('late15_pct', 'ratio')],
};
