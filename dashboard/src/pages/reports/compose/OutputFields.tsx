/** What goes into the file of the template's format and into further ones; what is said of others stays as it is. */
import { useQuery } from '@tanstack/react-query';
import type { FileFormat, Outputs, QueryConfig, ReportFormat } from '@/api/client';
import type { Issue } from '@/api/errors';
import { type SchemaField as Drawn, fieldsOf, listsOf, READ, type Schema } from '@/fields/fields';
import { SchemaField } from '@/fields/SchemaField';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { columnsOf } from '@/query/config';
import { withPresent } from '@/query/options';
import { Fields, Group } from '@/ui/Form';
import { Loaded } from '@/ui/States';
import { outputsQuery } from '../queries';
import { words } from '../words';
import { defined } from './defined';
import { TablesChoice } from './TablesChoice';
import { namesOfTables } from './tables';

interface Props {
  config: QueryConfig;
  format: ReportFormat;
  issues: readonly Issue[];
  onChange: (config: QueryConfig) => void;
}

const FORMS: readonly FileFormat[] = ['json', 'csv', 'pdf', 'xlsx'];

export function OutputFields(props: Props) {
  const { config, format, issues, onChange } = props;
  const t = useWords(words);
  const nameOf = useFormName();
  const outputs = useQuery(outputsQuery);
  const further = config.outputs?.files ?? [];
  return (
    <Loaded query={outputs} height={10}>
      {(formats) => (
        <>
          {[format, ...further.filter((each) => each !== format)].map((each) => (
            <FormatFields
              {...props}
              key={each}
              format={each}
              schema={formats.find((one) => one.format === each)?.fields}
            />
          ))}
          <TablesChoice
            legend={t.furtherFiles}
            hint={t.furtherFilesHint}
            options={FORMS.filter((each) => each !== format).map((value) => ({
              value,
              label: nameOf(value),
            }))}
            value={further}
            problems={issues
              .filter(({ path }) => path[0] === 'outputs' && path[1] === 'files')
              .map(({ message }) => message)}
            onChange={(files) =>
              onChange({
                ...config,
                outputs: { ...config.outputs, files: files as readonly FileFormat[] } as Outputs,
              })
            }
          />
        </>
      )}
    </Loaded>
  );
}

function useFormName() {
  const named = useWords(vocabulary);
  return (form: FileFormat) => (form === 'xlsx' ? 'XLSX' : named.report_format[form]);
}

function FormatFields({
  config,
  format,
  issues,
  onChange,
  schema,
}: Omit<Props, 'format'> & { format: FileFormat; schema: Schema | undefined }) {
  const t = useWords(words);
  const nameOf = useFormName();
  const fields = fieldsOf(schema);
  const output = { ...config.outputs?.[format] } as Readonly<Record<string, unknown>>;
  const names = namesOfTables(config);
  const tables = names.map((value) => ({ value, label: config.datasets[value]?.title ?? value }));
  const set = (change: object) =>
    onChange({
      ...config,
      outputs: { ...config.outputs, [format]: defined({ ...output, ...change }) } as Outputs,
    });
  const problems = (key: string) =>
    issues
      .filter(({ path }) => path[0] === 'outputs' && path[1] === format && path[2] === key)
      .map(({ message }) => message);
  const textIn = (key: string) => String(output[key] ?? '');
  function namesFor({ name, names: named }: Drawn) {
    if (!named) return undefined;
    const table = named.of === null ? undefined : config.datasets[textIn(named.of)];
    const columns = table ? columnsOf(table).map((value) => ({ value, label: value })) : [];
    const options = named.what === 'table' ? tables : columns;
    return textIn(name) ? withPresent(options, textIn(name)) : options;
  }
  // A file of the only table there is has nothing to choose.
  const hasChoice = fields.length > 0 || names.length > 1 || Object.keys(output).length > 0;
  if (!hasChoice) return null;
  return (
    <Group legend={t.inFile(nameOf(format))}>
      {fields.length > 0 && (
        <Fields>
          {fields.map((field) => (
            <SchemaField
              key={field.name}
              field={field}
              value={textIn(field.name)}
              problems={problems(field.name)}
              names={namesFor(field)}
              onChange={(text) =>
                set({ [field.name]: text === '' ? undefined : READ[field.kind](text) })
              }
            />
          ))}
        </Fields>
      )}
      {listsOf(schema).map(({ name, label, help }) => (
        <TablesChoice
          key={name}
          legend={label}
          hint={help}
          options={tables}
          value={Array.isArray(output[name]) ? output[name] : []}
          problems={problems(name)}
          onChange={(chosen) => set({ [name]: chosen })}
        />
      ))}
    </Group>
  );
}
