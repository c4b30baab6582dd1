/** The fields of a JSON Schema whose keys carry their words, as the server writes it of what it can be told. */

/** The part of a key's schema that a field is drawn from. */
interface KeySchema {
  type?: string | readonly string[];
  title?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  oneOf?: readonly { const: string; title: string }[];
  items?: KeySchema;
  'x-rare'?: boolean;
  'x-names'?: 'table' | 'column';
  'x-of'?: string;
}

/** As answers have it. */
export type Schema = Record<string, unknown>;

export const keysOf = (schema: Schema | undefined) =>
  (schema?.properties ?? {}) as Readonly<Record<string, KeySchema>>;

export interface Range {
  least: number | null;
  most: number | null;
  isLeastIncluded: boolean;
  isMostIncluded: boolean;
}

export interface SchemaField {
  name: string;
  kind: 'integer' | 'number' | 'text' | 'boolean' | 'choice';
  label: string;
  help: string;
  /** What holds if the field is empty; null where the help says it, or nothing does. */
  fallback: string | null;
  range: Range | null;
  options: readonly { value: string; label: string }[];
  isRare: boolean;
  /** What its value names: a table, or a column of the table that the key `of` names. */
  names: { what: 'table' | 'column'; of: string | null } | null;
}

/** A list of names of tables. */
export type ListField = Pick<SchemaField, 'name' | 'label' | 'help'>;

const KINDS: Record<string, SchemaField['kind']> = {
  integer: 'integer',
  number: 'number',
  string: 'text',
  boolean: 'boolean',
};

/** Those of a plain type, in the server's order; objects and other lists are written as JSON. */
export function fieldsOf(of: Schema | undefined): readonly SchemaField[] {
  return Object.entries(keysOf(of)).flatMap(([name, schema]) => {
    const type = [schema.type ?? []].flat().find((each) => each !== 'null');
    const kind = schema.oneOf ? 'choice' : KINDS[type ?? ''];
    if (!kind) return [];
    const { default: fallback } = schema;
    return [
      {
        kind,
        ...wordsOf(name, schema),
        fallback: fallback === null || fallback === undefined ? null : String(fallback),
        range: rangeOf(schema),
        options: (schema.oneOf ?? []).map((each) => ({ value: each.const, label: each.title })),
        isRare: schema['x-rare'] === true,
        names: schema['x-names'] ? { what: schema['x-names'], of: schema['x-of'] ?? null } : null,
      },
    ];
  });
}

export const listsOf = (of: Schema | undefined): readonly ListField[] =>
  Object.entries(keysOf(of))
    .filter(([, { items }]) => items?.['x-names'] === 'table')
    .map(([name, schema]) => wordsOf(name, schema));

const wordsOf = (name: string, { title = name, description = '' }: KeySchema): ListField => ({
  name,
  label: title,
  help: description,
});

function rangeOf(schema: KeySchema): Range | null {
  const least = schema.minimum ?? schema.exclusiveMinimum ?? null;
  const most = schema.maximum ?? schema.exclusiveMaximum ?? null;
  if (least === null && most === null) return null;
  return {
    least,
    most,
    isLeastIncluded: schema.minimum !== undefined,
    isMostIncluded: schema.maximum !== undefined,
  };
}

/** The label of a field's value, where it is one of a few. */
export const choiceOf = (field: SchemaField | undefined, value: string): string =>
  field?.options.find((each) => each.value === value)?.label ?? value;

/** What is no number goes as it is written, so that the server says so at its field. */
export const numberOf = (text: string): number | string =>
  Number.isFinite(Number(text)) ? Number(text) : text;
export const textOf = (text: string): string => text;
const truthOf = (text: string): boolean | string =>
  text === 'true' || text === 'false' ? text === 'true' : text;

/** What the text in a field of the kind means. */
export const READ = {
  integer: numberOf,
  number: numberOf,
  text: textOf,
  choice: textOf,
  boolean: truthOf,
} as const;
