/** What went wrong, in the few kinds that a page treats differently. */
import type { AppRouter } from '@api-types';
import type { TRPCClientErrorLike } from '@trpc/client';
import { inLanguage } from '@/i18n/answers';
import { writing } from '@/session/preferences';
import { CallError } from './calls';

export interface Issue {
  path: readonly (string | number)[];
  message: string;
}

/** Of an input: `fields` by its keys, `issues` with the whole path of each value. */
export interface Refusal {
  kind: 'refused';
  message: string;
  fields: Record<string, string[]>;
  form: string[];
  issues: readonly Issue[];
}

export type Failure =
  | { kind: 'offline' }
  | { kind: 'anonymous' }
  | { kind: 'forbidden'; message: string }
  | { kind: 'absent'; message: string }
  // Others were in the way and nothing was changed: the same may do in a moment.
  | { kind: 'contended'; message: string }
  | { kind: 'conflict'; message: string; data: Record<string, unknown> }
  | Refusal
  | { kind: 'busy'; message: string }
  | { kind: 'fault'; message: string; requestId: string | null };

type Data = NonNullable<TRPCClientErrorLike<AppRouter>['data']>;

const isOfCall = (error: unknown): error is CallError<Data> => error instanceof CallError;

/** Whether somebody answered who is not the platform, such as a proxy that does not reach it. */
export const isFromAnother = (error: unknown): boolean =>
  isOfCall(error) && !error.data && error.isAnswered;

export function failureOf(error: unknown): Failure {
  if (!isOfCall(error)) return { kind: 'fault', message: String(error), requestId: null };
  // Nobody answered, or somebody who is not the platform: a proxy, a public network's sign-in page.
  if (!error.data) return { kind: 'offline' };
  const data = told(error.data);
  const message = data.message ?? error.message;
  switch (data.code) {
    case 'UNAUTHORIZED':
      return { kind: 'anonymous' };
    case 'FORBIDDEN':
      return { kind: 'forbidden', message };
    case 'NOT_FOUND':
      return { kind: 'absent', message };
    case 'CONFLICT':
      return isRetryable(data)
        ? { kind: 'contended', message }
        : { kind: 'conflict', message, data: data as unknown as Record<string, unknown> };
    case 'BAD_REQUEST':
    case 'UNPROCESSABLE_CONTENT':
    case 'PRECONDITION_FAILED':
      return { kind: 'refused', message, ...fieldsOf(data.issues) };
    case 'TOO_MANY_REQUESTS':
    case 'SERVICE_UNAVAILABLE':
    case 'GATEWAY_TIMEOUT':
      return { kind: 'busy', message };
    default:
      return { kind: 'fault', message, requestId: data.requestId ?? null };
  }
}

const isRetryable = (data: object) => 'retryable' in data && data.retryable === true;

/** In the reader's language, as far as the server knows the words; `message` is there where it does. */
export const told = <T extends object>(data: T): T & { message?: string } =>
  inLanguage(data, writing());

/** By the first key of their paths; `form` is of the input as a whole. */
export function fieldsOf(issues: readonly Issue[] = []) {
  const fields: Record<string, string[]> = {};
  const form: string[] = [];
  for (const { path, message } of issues) {
    const [name] = path;
    if (name === undefined) form.push(message);
    else fields[name] = [...(fields[name] ?? []), message];
  }
  return { fields, form, issues };
}

/** Whether asking again, unchanged, may do better. */
export const mayPass = (error: unknown) =>
  ['offline', 'contended', 'busy', 'fault'].includes(failureOf(error).kind);

/** What was refused at a path such as `config.params.window`, or anywhere under it. */
export const problemsUnder = (issues: readonly Issue[], path: string): string[] =>
  issues
    .filter(({ path: at }) => at.join('.') === path || at.join('.').startsWith(`${path}.`))
    .map((issue) => {
      const rest = issue.path.join('.').slice(path.length + 1);
      return rest ? `${rest}: ${issue.message}` : issue.message;
    });

/** What was refused elsewhere than at (or under) these paths. */
export const problemsBeside = (issues: readonly Issue[], paths: readonly string[]): string[] =>
  issues
    .filter(({ path }) => {
      const at = path.join('.');
      return !paths.some((shown) => at === shown || at.startsWith(`${shown}.`));
    })
    .map((issue) =>
      issue.path.length ? `${issue.path.join('.')}: ${issue.message}` : issue.message,
    );

/** What was refused, each by its whole path in the input. */
export function issuesOf(error: unknown): readonly Issue[] {
  if (!isOfCall(error) || !error.data) return [];
  return told(error.data).issues ?? [];
}
