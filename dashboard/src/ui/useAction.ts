/** A change at the server: says that it was made, puts refusals at their fields, and reads again what it touched. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Failure, failureOf, type Issue } from '@/api/errors';
import { inLanguage } from '@/i18n/answers';
import { useWords } from '@/i18n/words';
import { writing } from '@/session/preferences';
import { sayFailure } from './States';
import { say } from './toasts';
import { words } from './words';

const NONE: readonly Issue[] = [];

interface Options<I, O> {
  run: (input: I) => Promise<O>;
  /** Said when it was made. */
  done?: string | ((output: O, input: I) => string);
  /** Beginnings of the keys of queries to read again, such as `['reports.list']`. */
  touches?: readonly (readonly unknown[])[];
  onDone?: (output: O, input: I) => void;
}

export function useAction<I, O>({ run, done, touches = [], onDone }: Options<I, O>) {
  const t = useWords(words);
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: async (input: I) => inLanguage(await run(input), writing()),
    onSuccess: async (output, input) => {
      if (done) say(typeof done === 'string' ? done : done(output, input));
      await Promise.all(touches.map((queryKey) => queries.invalidateQueries({ queryKey })));
      onDone?.(output, input);
    },
    onError: (error) => {
      const failure = failureOf(error);
      // Refusals stand at their fields; see `problemsOf`.
      if (failure.kind === 'refused' && Object.keys(failure.fields).length > 0) return;
      const [title, text] = sayFailure(error, t);
      say(text || title);
    },
  });
  const failure: Failure | null = mutation.error ? failureOf(mutation.error) : null;
  return {
    start: mutation.mutate,
    isBusy: mutation.isPending,
    failure,
    error: mutation.error,
    /** What the server refused at that field of the input. */
    problemsOf: (field: string): readonly string[] =>
      failure?.kind === 'refused' ? (failure.fields[field] ?? []) : [],
    issues: failure?.kind === 'refused' ? failure.issues : NONE,
    reset: mutation.reset,
  };
}
