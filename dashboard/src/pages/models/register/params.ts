/** What each runtime can be told, as the server's catalogue says it. */
import type { Runtime } from '@/api/client';

/** The part of a parameter's JSON Schema that a field is drawn from. */
interface ParamSchema {
  type?: string | readonly string[];
  title?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  oneOf?: readonly { const: string; title: string }[];
  'x-rare'?: boolean;
}

export interface Range {
  least: number | null;
  most: number | null;
  isLeastIncluded: boolean;
  isMostIncluded: boolean;
}

export interface ParamField {
  name: string;
  kind: 'integer' | 'number' | 'text' | 'boolean' | 'choice';
  label: string;
  help: string;
  /** What holds if the field is empty; null where the help says it, or nothing does. */
  fallback: string | null;
  range: Range | null;
  options: readonly { value: string; label: string }[];
  isRare: boolean;
}

const KINDS: Record<string, ParamField['kind']> = {
  integer: 'integer',
  number: 'number',
  string: 'text',
  boolean: 'boolean',
};

/** Those of a plain type, in the server's order; objects and lists are written as JSON. */
export function fieldsOf(runtime: Runtime | undefined): readonly ParamField[] {
  const properties = (runtime?.params.properties ?? {}) as Record<string, ParamSchema>;
  return Object.entries(properties).flatMap(([name, schema]) => {
    const type = [schema.type ?? []].flat().find((each) => each !== 'null');
    const kind = schema.oneOf ? 'choice' : KINDS[type ?? ''];
    if (!kind) return [];
    const { default: fallback } = schema;
    return [
      {
        name,
        kind,
        label: schema.title ?? name,
        help: schema.description ?? '',
        fallback: fallback === null || fallback === undefined ? null : String(fallback),
        range: rangeOf(schema),
        options: (schema.oneOf ?? []).map((each) => ({ value: each.const, label: each.title })),
        isRare: schema['x-rare'] === true,
      },
    ];
  });
}

function rangeOf(schema: ParamSchema): Range | null {
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

/** The label of a parameter's value, where it is one of a few. */
export const choiceOf = (field: ParamField | undefined, value: string): string =>
  field?.options.find((each) => each.value === value)?.label ?? value;
