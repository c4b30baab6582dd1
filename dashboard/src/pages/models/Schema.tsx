/** A schema as a table of its columns, with the JSON behind a line. */
import { type Formatters, useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Json } from '@/ui/Disclosure';
import type { JsonObject } from '@/ui/json';
import { Card, Muted, Stack } from '@/ui/Layouts';
import { WholeTable } from '@/ui/WholeTable';
import { readSchema, type SchemaField } from './schema';
import { type ModelWords, words } from './words';

export function Schema({ title, schema }: { title: string; schema: JsonObject | null }) {
  const t = useWords(words);
  const format = useFormat();
  const read = readSchema(schema ?? {});
  const rules = [
    read.unique.length > 0 && t.unique(read.unique.join(', ')),
    read.minRows !== null && t.minRows(format.number(read.minRows)),
    read.isClosed && t.closed,
  ].filter(Boolean);
  return (
    <Card title={title}>
      <Stack>
        <WholeTable
          caption={t.schemaOf(title)}
          rows={read.fields}
          keyOf={(field) => field.name}
          columns={[
            {
              key: 'name',
              label: t.field,
              sortOf: (field) => field.name,
              textOf: (field) => field.name,
              cell: (field) => <code>{field.name}</code>,
            },
            {
              key: 'type',
              label: t.fieldType,
              sortOf: (field) => sayKind(field, t),
              cell: (field) => sayKind(field, t),
            },
            { key: 'range', label: t.range, cell: (field) => sayLimits(field, t, format) },
            {
              key: 'required',
              label: t.isRequired,
              sortOf: (field) => !field.isRequired,
              cell: (field) => (field.isRequired ? t.yes : t.no),
            },
          ]}
        />
        {rules.length > 0 && <Muted>{rules.join(' ')}</Muted>}
        <Json label={t.raw} value={schema} />
      </Stack>
    </Card>
  );
}

function sayKind({ types, isNullable }: SchemaField, t: ModelWords): string {
  const kinds = types.map((type) => t.kinds[type as keyof typeof t.kinds] ?? type);
  return [kinds.join(', ') || t.any, isNullable ? t.orNull : ''].filter(Boolean).join(' ');
}

function sayLimits({ limits }: SchemaField, t: ModelWords, format: Formatters): string {
  const said = limits.map(([keyword, value]) => {
    const text = Array.isArray(value)
      ? value.map((each) => sayValue(each, format)).join(', ')
      : sayValue(value, format);
    return t.limits[keyword as keyof typeof t.limits]?.(text) ?? `${keyword} ${text}`;
  });
  return said.join(', ') || '–';
}

const sayValue = (value: unknown, format: Formatters) =>
  typeof value === 'number' ? format.number(value) : String(value);
