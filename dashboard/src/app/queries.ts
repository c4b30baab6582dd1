/** How reads behave: what fails for a moment is asked again, what has ended the session ends it here too. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { failureOf, mayPass } from '@/api/errors';
import { noteAnswer, noteSilence } from '@/offline/connection';
import { KEPT_FOR_MS } from '@/offline/seen';
import { confirmSession } from '@/session/session';

const RETRIES = 2;
const FRESH_MS = 10_000;

function noteFailure(error: unknown) {
  const { kind } = failureOf(error);
  if (kind === 'offline') noteSilence();
  else noteAnswer();
  if (kind === 'anonymous') void confirmSession();
}

export const newQueryClient = () =>
  new QueryClient({
    queryCache: new QueryCache({ onError: noteFailure, onSuccess: noteAnswer }),
    mutationCache: new MutationCache({ onError: noteFailure, onSuccess: noteAnswer }),
    defaultOptions: {
      queries: {
        // A phone may believe in a network that leads nowhere: the first try is made in any case.
        networkMode: 'offlineFirst',
        staleTime: FRESH_MS,
        gcTime: KEPT_FOR_MS,
        retry: (count, error) => count < RETRIES && mayPass(error),
        retryDelay: (count) => 500 * 2 ** count,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
