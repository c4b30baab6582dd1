/** What can be asked: the prepared datasets, and the ledgers that every platform has. */
import { useQuery } from '@tanstack/react-query';
import { useWords } from '@/i18n/words';
import { datasetNames } from './queries';
import { words } from './words';

export const LEDGERS = [
  'recommendations',
  'findings',
  'model_outputs',
  'executions',
  'reports',
  'quality',
  'pipeline_runs',
] as const;

const isLedger = (name: string) => (LEDGERS as readonly string[]).includes(name);

export const sourcesOf = (names: readonly string[]) =>
  names.filter((name) => !isLedger(name)).map((name) => `dataset:${name}`);

/** Choices of a source; one that is chosen already is among them even if it is gone. */
export function useSources(chosen?: string): { value: string; label: string }[] {
  const t = useWords(words);
  const { data } = useQuery(datasetNames);
  const names = data?.map(({ name }) => name) ?? [];
  const choices = [
    ...sourcesOf(names).map((value) => ({
      value,
      label: t.dataset(value.slice('dataset:'.length)),
    })),
    ...LEDGERS.map((value) => ({ value: value as string, label: t.ledgers[value] })),
  ];
  const isKnown = chosen === undefined || choices.some(({ value }) => value === chosen);
  return isKnown ? choices : [{ value: chosen, label: chosen }, ...choices];
}
