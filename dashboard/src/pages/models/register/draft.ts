/** A model on its way through the form: texts as they stand in the fields, and the input that they make. */
import type { DatasetDetail, ModelType, NewModel, Runtime } from '@/api/client';
import { fieldsOf, numberOf, READ, textOf } from '@/fields/fields';
import { type JsonObject, readObject, writeObject } from '@/ui/json';

export interface Draft {
  name: string;
  version: string;
  type: ModelType;
  description: string;
  runtime: string;
  dataset: string;
  measures: readonly string[];
  series: readonly string[];
  history: string;
  /** Those that the runtime has fields for, by name; empty means the default. */
  params: Readonly<Record<string, string>>;
  /** The others, as JSON. */
  moreParams: string;
  runsOn: 'request' | 'dataset_update';
  threshold: string;
  action: string;
  owner: string;
  inputSchema: string;
  outputSchema: string;
  /** What of the config no field shows, kept as it was. */
  rest: JsonObject;
}

export const emptyDraft = (runtimes: readonly Runtime[]): Draft => ({
  name: '',
  version: 'v1.0.0',
  type: 'statistical',
  description: '',
  runtime: runtimesOf('statistical', runtimes)[0]?.name ?? '',
  dataset: '',
  measures: [],
  series: [],
  history: '',
  params: {},
  moreParams: '{}',
  runsOn: 'request',
  threshold: '',
  action: '',
  owner: '',
  inputSchema: '{}',
  outputSchema: writeObject(defaultOutputSchema([])),
  rest: {},
});

/** Those of a type; the first is the usual one. */
export const runtimesOf = (type: ModelType, runtimes: readonly Runtime[]): readonly Runtime[] =>
  runtimes.filter((each) => each.type === type);

export const runtimeOf = (name: string, runtimes: readonly Runtime[]): Runtime | undefined =>
  runtimes.find((each) => each.name === name);

/** What every runtime returns a row of. */
export function defaultOutputSchema(measures: readonly string[]): JsonObject {
  const known = { type: ['number', 'null'] };
  return {
    type: 'object',
    required: ['unique_id', 'ds', 'measure', 'y', 'yhat', 'lo', 'hi', 'score', 'is_finding'],
    'x-unique': ['unique_id', 'ds', 'measure'],
    properties: {
      unique_id: { type: 'string' },
      ds: { type: 'string' },
      measure: measures.length > 0 ? { enum: [...measures] } : { type: 'string' },
      y: known,
      yhat: known,
      lo: known,
      hi: known,
      score: known,
      is_finding: { type: 'boolean' },
    },
  };
}

const JSON_TYPES: Record<string, JsonObject> = {
  string: { type: ['string', 'null'] },
  integer: { type: ['integer', 'null'] },
  number: { type: ['number', 'null'] },
  boolean: { type: ['boolean', 'null'] },
  date: { type: 'string', format: 'date' },
  datetime: { type: 'string', format: 'date-time' },
};

/** The dataset's rows; DRM's own runs are read as a panel of series, periods and measures. */
export function defaultInputSchema(dataset: DatasetDetail): JsonObject {
  if (dataset.source === 'pipeline_runs') {
    return {
      type: 'object',
      required: ['unique_id', 'ds'],
      properties: { unique_id: { type: 'string' }, ds: { type: 'string', format: 'date-time' } },
    };
  }
  return {
    type: 'object',
    required: dataset.time ? [dataset.time] : [],
    properties: Object.fromEntries(
      dataset.fields.map(({ name, type }) => [name, JSON_TYPES[type] ?? {}]),
    ),
  };
}

/** Null in place of a schema or parameters whose text is no JSON; `problems` names them. */
export function inputOf(
  draft: Draft,
  runtimes: readonly Runtime[],
): { input: NewModel | null; broken: readonly string[] } {
  const [inputSchema] = readObject(draft.inputSchema);
  const [outputSchema] = readObject(draft.outputSchema);
  const [moreParams] = draft.moreParams.trim() ? readObject(draft.moreParams) : [{}];
  const broken = Object.entries({ inputSchema, outputSchema, moreParams })
    .filter(([, value]) => value === null)
    .map(([name]) => name);
  if (!inputSchema || !outputSchema || !moreParams) return { input: null, broken };
  const {
    advice = {},
    input = {},
    trigger = {},
    ...rest
  } = draft.rest as Record<string, JsonObject>;
  const told = { ...advice, ...given('action', draft.action), ...given('owner', draft.owner) };
  return {
    broken,
    input: {
      name: draft.name.trim(),
      version: draft.version.trim(),
      type: draft.type,
      description: draft.description,
      inputSchema,
      outputSchema,
      config: {
        ...rest,
        runtime: draft.runtime,
        dataset: draft.dataset,
        input: {
          ...input,
          measures: [...draft.measures],
          series: [...draft.series],
          ...given('history', draft.history, numberOf),
        },
        params: { ...moreParams, ...paramsOf(draft, runtimes) },
        trigger:
          draft.runsOn === 'request' ? { on: 'request' } : { ...trigger, on: 'dataset_update' },
        ...given('quality_threshold', draft.threshold, numberOf),
        ...(Object.keys(told).length > 0 && { advice: told }),
      },
    },
  };
}

const given = (
  key: string,
  text: string,
  read: (text: string) => number | string | boolean = textOf,
): JsonObject => (text.trim() === '' ? {} : { [key]: read(text.trim()) });

function paramsOf({ runtime, params }: Draft, runtimes: readonly Runtime[]): JsonObject {
  return Object.assign(
    {},
    ...fieldsOf(runtimeOf(runtime, runtimes)?.params).map(({ name, kind }) =>
      given(name, params[name] ?? '', READ[kind]),
    ),
  );
}

/** A model that is there, or was pasted, in fields. Keys may be spelt as in a model's file. */
export function draftOf(pasted: JsonObject, runtimes: readonly Runtime[]): Draft {
  const text = (value: unknown) => (value === null || value === undefined ? '' : String(value));
  const config = objectOf(pasted.config);
  const { runtime, dataset, params, quality_threshold, ...rest } = config;
  const type = runtimes.find((each) => each.type === pasted.type)?.type ?? 'statistical';
  const fitting = runtimesOf(type, runtimes);
  const method = fitting.find(({ name }) => name === runtime) ?? fitting[0];
  const { measures, series, history, ...input } = objectOf(config.input);
  const { action, owner, ...advice } = objectOf(config.advice);
  const names = new Set(fieldsOf(method?.params).map(({ name }) => name));
  const all = Object.entries(objectOf(params));
  // Null is said as JSON: an empty field means the default, which may be another.
  const hasField = ([name, value]: [string, unknown]) =>
    names.has(name) && value !== null && typeof value !== 'object';
  return {
    name: text(pasted.name),
    version: text(pasted.version) || 'v1.0.0',
    type,
    description: text(pasted.description),
    runtime: method?.name ?? '',
    dataset: text(dataset),
    measures: listOf(measures),
    series: listOf(series),
    history: text(history),
    params: Object.fromEntries(all.filter(hasField).map(([name, value]) => [name, text(value)])),
    moreParams: writeObject(Object.fromEntries(all.filter((each) => !hasField(each)))),
    runsOn: objectOf(config.trigger).on === 'request' ? 'request' : 'dataset_update',
    threshold: text(quality_threshold),
    action: text(action),
    owner: text(owner),
    inputSchema: writeObject(pasted.inputSchema ?? pasted.input_schema ?? {}),
    outputSchema: writeObject(pasted.outputSchema ?? pasted.output_schema ?? {}),
    rest: { ...rest, input, advice },
  };
}

const objectOf = (value: unknown) =>
  (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}) as JsonObject;

const listOf = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
