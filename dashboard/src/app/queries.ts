/** How reads behave: what fails for a moment is asked again, what has ended the session ends it here too. */
import { MutationCache, onlineManager, QueryCache, QueryClient } from '@tanstack/react-query';
import { failureOf, isFromAnother, mayPass } from '@/api/errors';
import { inLanguage } from '@/i18n/answers';
import { isOnline, noteAnswer, noteSilence, onConnection } from '@/offline/connection';
import { KEEP, KEPT_CHANGES, KEPT_FOR_MS } from '@/offline/seen';
import { watchSlowness } from '@/offline/slow';
import { writing } from '@/session/preferences';
import { confirmSession } from '@/session/session';

const RETRIES = 2;
const FRESH_MS = 10_000;

function noteFailure(error: unknown) {
  const { kind } = failureOf(error);
  if (kind === 'offline') noteSilence(isFromAnother(error));
  else noteAnswer();
  if (kind === 'anonymous') void confirmSession();
}

// What is shown is read again once the platform can be reached, whatever the browser thinks of its network.
onlineManager.setEventListener((setOnline) => onConnection(() => setOnline(isOnline())));

type Select = (answer: unknown) => unknown;
// One function a language and region: another one is what makes a query say its answer anew.
const selects = new Map<string, Select>();

function selectNow(): Select {
  const reader = writing();
  const select = selects.get(reader.locale) ?? ((answer: unknown) => inLanguage(answer, reader));
  selects.set(reader.locale, select);
  return select;
}

export function newQueryClient(): QueryClient {
  const queryCache = new QueryCache({ onError: noteFailure, onSuccess: noteAnswer });
  watchSlowness(queryCache);
  const client = new QueryClient({
    queryCache,
    mutationCache: new MutationCache({ onError: noteFailure, onSuccess: noteAnswer }),
    defaultOptions: {
      queries: {
        // A phone may believe in a network that leads nowhere, or in none: the first try is always made,
        // and a query never waits for a network without saying so.
        networkMode: 'always',
        // What is kept is as it came, whatever the reader's language was.
        get select() {
          return selectNow();
        },
        refetchOnReconnect: true,
        staleTime: FRESH_MS,
        gcTime: KEPT_FOR_MS,
        retry: (count, error) => count < RETRIES && isOnline() && mayPass(error),
        retryDelay: (count) => 500 * 2 ** count,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
  // What many come in at once is put here without a query that would say so.
  for (const queryKey of [['recommendations.get'], KEPT_CHANGES]) {
    client.setQueryDefaults(queryKey, { meta: KEEP });
  }
  return client;
}
