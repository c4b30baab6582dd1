import type { SourceSchema } from '@/api/client';

/** What people call a measure or field of a source; its name, where there is none of that name. */
export const labelOf = (schema: SourceSchema | undefined, name: string): string =>
  schema?.measures.find((measure) => measure.name === name)?.label ??
  schema?.fields.find((field) => field.name === name)?.label ??
  name;
