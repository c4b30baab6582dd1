/** A schema over rows, as the rows of a table: one for each column that it names. */
import type { JsonObject } from '@/ui/json';

export interface SchemaField {
  name: string;
  types: readonly string[];
  isRequired: boolean;
  isNullable: boolean;
  /** What a value may be, as keyword and value, in the order of the schema. */
  limits: readonly (readonly [string, unknown])[];
}

export interface RowSchema {
  fields: readonly SchemaField[];
  /** No two rows are alike in these columns. */
  unique: readonly string[];
  minRows: number | null;
  isClosed: boolean;
}

const NO_LIMIT = new Set(['type', 'title', 'description', 'examples', 'default', '$comment']);

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

export function readSchema(schema: JsonObject): RowSchema {
  const required = new Set(listOf(schema.required));
  const properties = (schema.properties ?? {}) as Record<string, JsonObject>;
  const named = Object.entries(properties);
  const unnamed = [...required].filter((name) => !(name in properties));
  return {
    fields: [
      ...named.map(([name, column]) => fieldOf(name, column, required.has(name))),
      ...unnamed.map((name) => fieldOf(name, {}, true)),
    ],
    unique: listOf(schema['x-unique']),
    minRows: typeof schema['x-min-rows'] === 'number' ? schema['x-min-rows'] : null,
    isClosed: schema.additionalProperties === false,
  };
}

function fieldOf(name: string, column: JsonObject, isRequired: boolean): SchemaField {
  const types = Array.isArray(column.type)
    ? listOf(column.type)
    : column.type
      ? [String(column.type)]
      : [];
  return {
    name,
    types: types.filter((type) => type !== 'null'),
    isRequired,
    isNullable: types.includes('null'),
    limits: Object.entries(column).filter(([keyword]) => !NO_LIMIT.has(keyword)),
  };
}
