/** Which line of an execution's output is shown (`?series=&measure=`). */
import type { ExecutionSeries } from '@/api/client';
import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import { useAddress } from '@/ui/Filters';
import { Fields } from '@/ui/Form';
import { saySeries } from './input-words';
import { words } from './words';

export function SeriesChoice({ found: { series, chosen } }: { found: ExecutionSeries }) {
  const t = useWords(words);
  const [, change] = useAddress();
  if (series.length < 2) return null;
  const names = [...new Set(series.map((each) => each.uniqueId))];
  const measures = series.filter((each) => each.uniqueId === chosen?.uniqueId);
  const findingsOf = (name: string) =>
    series.filter((each) => each.uniqueId === name).reduce((sum, each) => sum + each.findings, 0);
  return (
    <Fields>
      <SelectField
        label={t.series}
        value={chosen?.uniqueId ?? ''}
        onChange={(event) => change('series', event.target.value)}
        options={names.map((name) => ({
          value: name,
          label: t.seriesOption(saySeries(name, t), findingsOf(name)),
        }))}
      />
      {measures.length > 1 && (
        <SelectField
          label={t.measure}
          value={chosen?.measure ?? ''}
          onChange={(event) => change('measure', event.target.value)}
          options={measures.map(({ measure, label }) => ({ value: measure, label }))}
        />
      )}
    </Fields>
  );
}
