/** A query_config to begin with, made of what a dataset declares. */
import type { QueryConfig, SourceSchema } from '@/api/client';

const MEASURES = 3;

/** Its first measures by day, over the last whole month; of a source without a time or measure, its first rows. */
export function startOf(schema: SourceSchema): QueryConfig {
  const { source, time, stretch } = schema;
  // Data that ended is not in the last month.
  const period = stretch && !stretch.isCurrent ? stretch.days : 'last_month';
  const measures = schema.measures.slice(0, MEASURES).map(({ name }) => ({ measure: name }));
  const ofPeriod: Pick<QueryConfig, 'params' | 'where'> | null = time
    ? {
        params: { period: { type: 'period', default: period } },
        where: { field: time, op: 'in_period', value: { param: 'period' } },
      }
    : null;
  const fields = schema.fields.slice(0, MEASURES).map(({ name }) => ({ field: name }));
  const isByDay = time !== null && measures.length > 0;
  return {
    version: 2,
    source,
    ...ofPeriod,
    datasets: {
      rows: isByDay
        ? {
            select: [{ field: time, bucket: 'day' }, ...measures],
            sort: [{ by: time }],
          }
        : { select: measures.length > 0 ? measures : fields },
    },
  };
}
