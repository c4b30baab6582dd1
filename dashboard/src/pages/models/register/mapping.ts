/** What the inputs of a model's file are given: measures of a period, then those of the periods before it. */
import type { StoredFile } from '@/api/client';
import { type JsonObject, readObject, writeObject } from '@/ui/json';
import type { Draft } from './draft';

export interface Mapped {
  name: string;
  measures: readonly string[];
  /** Numbers of a row that it would get, and that it takes: null for any. */
  given: number;
  taken: number | null;
}

const periodsOf = ({ params }: Draft) => (Math.trunc(Number(params.lags)) || 0) + 1;

/** Of several inputs each has measures of its own; a single one gets all. */
export function mappingOf(file: StoredFile, draft: Draft): readonly Mapped[] {
  const named = readInputs(draft.moreParams);
  return file.inputs.map(({ name, width }) => {
    const measures = named?.[name] ?? (file.inputs.length === 1 ? draft.measures : []);
    return { name, measures, given: measures.length * periodsOf(draft), taken: width };
  });
}

/** The draft with a file of its own: what was said of another file is not true of it. */
export function withFile(file: StoredFile, draft: Draft): Partial<Draft> {
  const { column: _, ...params } = draft.params;
  const single = file.outputs.find(({ columns }) => columns === 1) ?? file.outputs[0];
  const output = file.outputs.length > 1 ? (single?.name ?? '') : '';
  return {
    params: { ...params, checksum: file.checksum, output },
    moreParams: writeInputs(draft.moreParams, file.inputs.length > 1 ? spread(file, draft) : null),
  };
}

export const withMeasures = (
  file: StoredFile,
  draft: Draft,
  name: string,
  measures: readonly string[],
): Partial<Draft> => {
  const before = mappingOf(file, draft).map((each) => [each.name, each.measures]);
  const inputs = { ...Object.fromEntries(before), [name]: measures };
  return { moreParams: writeInputs(draft.moreParams, inputs) };
};

/** The chosen measures in their order, each input as many as it takes. */
function spread(file: StoredFile, draft: Draft): Record<string, readonly string[]> {
  let next = 0;
  return Object.fromEntries(
    file.inputs.map(({ name, width }) => {
      const first = next;
      next += Math.max(1, Math.floor((width ?? 1) / periodsOf(draft)));
      return [name, draft.measures.slice(first, next)];
    }),
  );
}

function readInputs(text: string): Record<string, readonly string[]> | null {
  const inputs = readObject(text)[0]?.inputs;
  if (typeof inputs !== 'object' || inputs === null) return null;
  return Object.fromEntries(
    Object.entries(inputs).map(([name, read]) => [
      name,
      Array.isArray(read) ? read.map(String) : [],
    ]),
  );
}

/** As it is where it is no JSON, which is told on its own. */
function writeInputs(text: string, inputs: Record<string, readonly string[]> | null): string {
  const read: JsonObject | null = text.trim() ? readObject(text)[0] : {};
  if (!read) return text;
  const { inputs: _, ...others } = read;
  return writeObject(inputs ? { ...others, inputs } : others);
}
