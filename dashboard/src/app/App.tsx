/** Providers, and which of the three faces is shown: unknown yet, sign-in, or the app. */
import { PersistQueryClientProvider } from '@tanstack/react-query-persist-client';
import { useEffect, useMemo } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { ErrorBoundary } from '@/app/ErrorBoundary';
import { Frame } from '@/app/Frame';
import { Background, Notes } from '@/app/lazily';
import { newQueryClient } from '@/app/queries';
import { SignIn } from '@/app/routes';
import { KEPT_FOR_MS, persisterOf } from '@/offline/seen';
import { type User, useSession } from '@/session/session';

export function App() {
  const session = useSession();
  return (
    <ErrorBoundary>
      {session.state === 'signed-in' && <SignedIn key={session.user.id} user={session.user} />}
      {session.state === 'anonymous' && <Anonymous />}
      <Notes />
    </ErrorBoundary>
  );
}

function SignedIn({ user }: { user: User }) {
  const client = useMemo(newQueryClient, []);
  const persister = useMemo(() => persisterOf(user.id), [user.id]);
  useEffect(() => persister.start(), [persister]);
  return (
    <PersistQueryClientProvider
      client={client}
      persistOptions={{
        persister,
        maxAge: KEPT_FOR_MS,
        buster: `${user.id}.${user.role}.${__BUILD__}`,
        dehydrateOptions: {
          shouldDehydrateQuery: (query) =>
            query.meta?.keep === true && query.state.data !== undefined,
        },
      }}
    >
      <Frame />
      <Background />
    </PersistQueryClientProvider>
  );
}

function Anonymous() {
  const [path] = useLocation();
  const next = encodeURIComponent(path + window.location.search);
  return (
    <Switch>
      <Route path="/sign-in">
        <SignIn />
      </Route>
      <Route>
        <Redirect to={path === '/' ? '/sign-in' : `/sign-in?next=${next}`} replace />
      </Route>
    </Switch>
  );
}
