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

const DATASET = 'dataset:';

const isLedger = (name: string) => (LEDGERS as readonly string[]).includes(name);

export const sourcesOf = (names: readonly string[]) =>
  names.filter((name) => !isLedger(name)).map((name) => DATASET + name);

/** A source as a person calls it. */
export function saySource(source: string, t: (typeof words)['en']): string {
  const ledger = LEDGERS.find((each) => each === source);
  if (ledger) return t.ledgers[ledger];
  return source.startsWith(DATASET) ? t.dataset(source.slice(DATASET.length)) : source;
}

/** Choices of a source; one that is chosen already is among them even if it is gone. */
export function useSources(chosen?: string): { value: string; label: string }[] {
  const t = useWords(words);
  const { data } = useQuery(datasetNames);
  const names = data?.map(({ name }) => name) ?? [];
  const choices = [...sourcesOf(names), ...LEDGERS].map((value) => ({
    value: value as string,
    label: saySource(value, t),
  }));
  const isKnown = chosen === undefined || choices.some(({ value }) => value === chosen);
  return isKnown ? choices : [{ value: chosen, label: chosen }, ...choices];
}
