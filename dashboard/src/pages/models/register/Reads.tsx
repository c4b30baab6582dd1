/** Which dataset, which of its measures, and one series of what. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useWords } from '@/i18n/words';
import { datasetQuery, datasetsQuery } from '@/pages/datasets/queries';
import { SelectField, TextField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { writeObject } from '@/ui/json';
import { defaultInputSchema, defaultOutputSchema } from './draft';
import { Picks } from './Picks';
import type { PartProps } from './part';
import { words } from './words';

/** lacksDataset: that it is needed is said; what it has to choose from is there once it is chosen. */
export function Reads({
  draft,
  set,
  problemsAt,
  lacksDataset,
}: PartProps & { lacksDataset: boolean }) {
  const t = useWords(words);
  const queries = useQueryClient();
  const { data: datasets = [] } = useQuery(datasetsQuery);
  const { data: dataset } = useQuery({
    ...datasetQuery(draft.dataset),
    enabled: draft.dataset !== '',
  });
  const choose = async (name: string) => {
    if (name === '') return;
    const found = await queries.fetchQuery(datasetQuery(name));
    const measures = found.measures.slice(0, 1).map((measure) => measure.name);
    set({
      dataset: name,
      measures,
      series: [],
      inputSchema: writeObject(defaultInputSchema(found)),
      outputSchema: writeObject(defaultOutputSchema(measures)),
    });
  };
  const chooseMeasures = (measures: readonly string[]) =>
    set({ measures, outputSchema: writeObject(defaultOutputSchema(measures)) });
  const texts = dataset?.fields.filter(({ type }) => type === 'string') ?? [];
  return (
    <Group legend={t.reads}>
      <Fields>
        <SelectField
          label={t.dataset}
          required
          value={draft.dataset}
          problems={lacksDataset ? [t.datasetNeeded] : problemsAt('config.dataset')}
          onChange={(event) => void choose(event.target.value)}
          options={[
            { value: '', label: t.chooseDataset },
            ...datasets.map(({ name }) => ({ value: name, label: name })),
          ]}
        />
        <TextField
          label={t.history}
          hint={t.historyHint}
          inputMode="numeric"
          value={draft.history}
          problems={problemsAt('config.input.history')}
          onChange={(event) => set({ history: event.target.value })}
        />
      </Fields>
      {dataset && (
        <>
          <Picks
            legend={t.measures}
            isOrdered
            names={dataset.measures.map(({ name }) => name)}
            chosen={draft.measures}
            problems={problemsAt('config.input.measures')}
            onChange={chooseMeasures}
          />
          <Picks
            legend={t.series}
            names={texts.map(({ name }) => name)}
            chosen={draft.series}
            problems={problemsAt('config.input.series')}
            onChange={(series) => set({ series })}
          />
        </>
      )}
    </Group>
  );
}
