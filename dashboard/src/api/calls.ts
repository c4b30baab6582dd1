/**
 * Calls over fetch in tRPC's words (https://trpc.io/docs/rpc): queries by GET, mutations by POST, those of one moment
 * in one batch (ADR 139).
 */

type Kind = 'query' | 'mutate';

interface Call {
  path: string;
  input: unknown;
  signal: AbortSignal | undefined;
  give: (answer: unknown) => void;
  fail: (error: unknown) => void;
}

export interface Limits {
  url: string;
  /** Of one batch. */
  maxItems: number;
  maxUrlLength: number;
}

/** Without `data` nobody answered, or somebody who is not the platform (`isAnswered`). */
export class CallError<Data = unknown> extends Error {
  override name = 'CallError';

  constructor(
    message: string,
    readonly data: Data | undefined,
    readonly isAnswered: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function settle(call: Call, answer: unknown) {
  const { result, error } = isObject(answer) ? answer : {};
  if (isObject(error)) call.fail(new CallError(String(error.message), error.data, true));
  else if (isObject(result)) call.give(result.data);
  else call.fail(new CallError('The answer is not one of the platform.', undefined, true));
}

async function ask(url: string, init: RequestInit): Promise<unknown> {
  let isAnswered = false;
  try {
    const response = await fetch(url, init);
    isAnswered = true;
    return await response.json();
  } catch (error) {
    throw new CallError(String(error), undefined, isAnswered, { cause: error });
  }
}

const written = (input: unknown) =>
  input === undefined ? '' : `input=${encodeURIComponent(JSON.stringify(input))}`;

function request(kind: Kind, address: string, input: unknown, signal: AbortSignal | undefined) {
  const stop = signal && { signal };
  if (kind === 'query') {
    const query = written(input);
    return ask(query ? `${address}${address.includes('?') ? '&' : '?'}${query}` : address, {
      ...stop,
    });
  }
  const headers = { 'content-type': 'application/json' };
  const body = input === undefined ? null : JSON.stringify(input);
  return ask(address, { method: 'POST', headers, body, ...stop });
}

/** Aborted once nobody waits for any of them. */
function signalOf(calls: readonly Call[]): AbortSignal | undefined {
  const signals = calls.flatMap(({ signal }) => signal ?? []);
  if (signals.length < calls.length) return undefined;
  const all = new AbortController();
  const check = () => signals.every(({ aborted }) => aborted) && all.abort();
  for (const signal of signals) signal.addEventListener('abort', check, { once: true });
  check();
  return all.signal;
}

const together = (calls: readonly Call[]) =>
  Object.fromEntries(calls.map(({ input }, at) => [at, input]));

const addressOf = (url: string, calls: readonly Call[]) =>
  `${url}/${calls.map(({ path }) => path).join(',')}?batch=1`;

async function sendBatch(kind: Kind, url: string, calls: readonly Call[]) {
  try {
    const answers = await request(kind, addressOf(url, calls), together(calls), signalOf(calls));
    // What was refused as a whole is one answer for all.
    for (const [at, call] of calls.entries()) {
      settle(call, Array.isArray(answers) ? answers[at] : answers);
    }
  } catch (error) {
    for (const { fail } of calls) fail(error);
  }
}

async function sendAlone(kind: Kind, url: string, call: Call) {
  try {
    settle(call, await request(kind, `${url}/${call.path}`, call.input, call.signal));
  } catch (error) {
    call.fail(error);
  }
}

/** In the order in which they were asked for; one that is too long by itself goes by itself. */
export function batchesOf<C extends Pick<Call, 'path' | 'input'>>(
  kind: Kind,
  calls: readonly C[],
  { url, maxItems, maxUrlLength }: Limits,
): C[][] {
  const batches: C[][] = [];
  const lengthOf = (batch: readonly C[]) =>
    addressOf(url, batch as unknown as Call[]).length +
    (kind === 'query' ? 1 + written(together(batch as unknown as Call[])).length : 0);
  for (const call of calls) {
    const last = batches.at(-1);
    const isRoom = last && last.length < maxItems && lengthOf([...last, call]) <= maxUrlLength;
    if (isRoom) last.push(call);
    else batches.push([call]);
  }
  return batches;
}

interface Options {
  signal?: AbortSignal;
  context?: { alone?: boolean };
}

/** `calls.models.list.query(input, options)`. */
export function callerOf(limits: Limits): unknown {
  const waiting: Record<Kind, Call[]> = { query: [], mutate: [] };

  function flush(kind: Kind) {
    const calls = waiting[kind].splice(0);
    for (const batch of batchesOf(kind, calls, limits)) void sendBatch(kind, limits.url, batch);
  }

  function call(kind: Kind, path: string, input: unknown, { signal, context }: Options = {}) {
    return new Promise((give, fail) => {
      const made = { path, input, signal, give, fail };
      if (context?.alone) return void sendAlone(kind, limits.url, made);
      if (waiting[kind].push(made) === 1) setTimeout(() => flush(kind));
    });
  }

  const at = (names: readonly string[]): unknown =>
    new Proxy(() => {}, {
      get: (_, name) =>
        // A promise is what has `then`.
        typeof name === 'string' && name !== 'then' ? at([...names, name]) : undefined,
      apply: (_, __, [input, options]) =>
        call(names.at(-1) as Kind, names.slice(0, -1).join('.'), input, options),
    });
  return at([]);
}
