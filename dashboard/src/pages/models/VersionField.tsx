/** Which of the data versions of a dataset that were prepared; the latest unless one is chosen. */
import { useQuery } from '@tanstack/react-query';
import { useFormat } from '@/i18n/format';
import { sayPeriod } from '@/i18n/period';
import { useWords } from '@/i18n/words';
import { runsQuery } from '@/pages/datasets/queries';
import { shortVersion } from '@/pages/executions/input';
import { SelectField } from '@/ui/Field';
import { words } from './words';

export function VersionField({
  dataset,
  value,
  onChange,
}: {
  dataset: string;
  value: string;
  onChange: (version: string) => void;
}) {
  const t = useWords(words);
  const format = useFormat();
  const { data = [] } = useQuery(runsQuery({ name: dataset, limit: 100 }));
  const prepared = data.flatMap((run) =>
    run.prepared === 'prepared' && run.dataVersion !== null
      ? [{ ...run, dataVersion: run.dataVersion }]
      : [],
  );
  return (
    <SelectField
      label={t.dataVersion}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      options={[
        { value: '', label: t.latest },
        ...prepared.map((run) => ({
          value: run.dataVersion,
          label: t.versionOption(
            sayPeriod(run.windowStart, run.windowEnd, format, t.span),
            shortVersion(run.dataVersion),
          ),
        })),
      ]}
    />
  );
}
