/** What goes into the file of the template's format; what is said of the others stays as it is. */
import type { Outputs, QueryConfig, ReportFormat } from '@/api/client';
import type { Issue } from '@/api/errors';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { CheckField } from '@/ui/CheckField';
import { SelectField, TextField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import css from '../reports.module.css';
import { words } from '../words';
import { defined, namesOfTables } from './tables';

interface Props {
  config: QueryConfig;
  format: ReportFormat;
  issues: readonly Issue[];
  onChange: (config: QueryConfig) => void;
}

export function OutputFields({ config, format, issues, onChange }: Props) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const { outputs = {} } = config;
  const names = namesOfTables(config);
  const options = names.map((value) => ({
    value,
    label: config.datasets[value]?.title ?? value,
  }));
  const none = [{ value: '', label: t.noTable }, ...options];
  const set = <F extends ReportFormat>(of: F, change: object) =>
    onChange({
      ...config,
      outputs: { ...outputs, [of]: defined({ ...outputs[of], ...change }) } as Outputs,
    });
  const problems = (key: string) =>
    issues
      .filter(({ path }) => path[0] === 'outputs' && path[1] === format && path[2] === key)
      .map(({ message }) => message);
  // A file of the only table there is has nothing to choose.
  if (format === 'json' && names.length === 1 && !outputs.json) return null;
  return (
    <Group legend={t.inFile(named.report_format[format])}>
      {format === 'csv' && (
        <Fields>
          <SelectField
            label={t.csvTable}
            value={outputs.csv?.dataset ?? names[0] ?? ''}
            options={options}
            problems={problems('dataset')}
            onChange={({ target }) => set('csv', { dataset: target.value })}
          />
          <SelectField
            label={t.csvProfile}
            value={outputs.csv?.profile ?? 'spreadsheet'}
            options={[
              { value: 'spreadsheet', label: t.csvProfiles.spreadsheet },
              { value: 'raw', label: t.csvProfiles.raw },
            ]}
            problems={problems('profile')}
            onChange={({ target }) => set('csv', { profile: target.value })}
          />
        </Fields>
      )}
      {format === 'json' && (
        <TablesChoice
          legend={t.jsonTables}
          options={options}
          value={outputs.json?.datasets ?? []}
          problems={problems('datasets')}
          onChange={(datasets) => set('json', { datasets })}
        />
      )}
      {format === 'pdf' && (
        <>
          <Fields>
            <SelectField
              label={t.pdfTiles}
              hint={t.pdfTilesHint}
              value={outputs.pdf?.tiles ?? ''}
              options={none}
              problems={problems('tiles')}
              onChange={({ target }) => set('pdf', { tiles: target.value || undefined })}
            />
            <SelectField
              label={t.pdfAdvice}
              hint={t.pdfAdviceHint}
              value={outputs.pdf?.recommendations ?? ''}
              options={none}
              problems={problems('recommendations')}
              onChange={({ target }) => set('pdf', { recommendations: target.value || undefined })}
            />
            <SelectField
              label={t.pdfOrientation}
              value={outputs.pdf?.orientation ?? 'portrait'}
              options={[
                { value: 'portrait', label: t.pdfOrientations.portrait },
                { value: 'landscape', label: t.pdfOrientations.landscape },
              ]}
              onChange={({ target }) => set('pdf', { orientation: target.value })}
            />
            <TextField
              label={t.pdfRows}
              type="number"
              min={1}
              max={5000}
              value={outputs.pdf?.max_rows ?? 500}
              problems={problems('max_rows')}
              onChange={({ target }) => set('pdf', { max_rows: Number(target.value) || undefined })}
            />
          </Fields>
          <TablesChoice
            legend={t.pdfTables}
            options={options}
            value={outputs.pdf?.tables ?? []}
            problems={problems('tables')}
            onChange={(tables) => set('pdf', { tables })}
          />
        </>
      )}
    </Group>
  );
}

function TablesChoice({
  legend,
  options,
  value,
  problems,
  onChange,
}: {
  legend: string;
  options: readonly { value: string; label: string }[];
  /** None for what the server takes by itself. */
  value: readonly string[];
  problems: readonly string[];
  onChange: (names: readonly string[]) => void;
}) {
  return (
    <fieldset className={css.tables}>
      <legend>{legend}</legend>
      {options.map(({ value: name, label }) => (
        <CheckField
          key={name}
          label={label}
          checked={value.includes(name)}
          onChange={({ target }) =>
            // What was chosen keeps its order, which the file follows.
            onChange(target.checked ? [...value, name] : value.filter((each) => each !== name))
          }
        />
      ))}
      {problems.length > 0 && (
        <p className={css.bad} role="alert">
          {problems.join(' ')}
        </p>
      )}
    </fieldset>
  );
}
