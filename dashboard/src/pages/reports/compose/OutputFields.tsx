/** What goes into the file of the template's format; what is said of the others stays as it is. */
import type { Outputs, QueryConfig, ReportFormat } from '@/api/client';
import type { Issue } from '@/api/errors';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Group } from '@/ui/Form';
import { words } from '../words';
import { CsvFields } from './CsvFields';
import { PdfFields } from './PdfFields';
import { TablesChoice } from './TablesChoice';
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
  const set = (change: object) =>
    onChange({
      ...config,
      outputs: { ...outputs, [format]: defined({ ...outputs[format], ...change }) } as Outputs,
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
        <CsvFields value={outputs.csv} options={options} problems={problems} set={set} />
      )}
      {format === 'json' && (
        <TablesChoice
          legend={t.jsonTables}
          options={options}
          value={outputs.json?.datasets ?? []}
          problems={problems('datasets')}
          onChange={(datasets) => set({ datasets })}
        />
      )}
      {format === 'pdf' && (
        <PdfFields value={outputs.pdf} options={options} problems={problems} set={set} />
      )}
    </Group>
  );
}
