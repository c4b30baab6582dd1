/** Providers, and which of the three faces is shown: unknown yet, sign-in, or the app. */
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { ErrorBoundary } from '@/app/ErrorBoundary';
import { Frame } from '@/app/Frame';
import { Background, Notes } from '@/app/lazily';
import { forget, memoryOf, recall } from '@/app/memory';
import { PageContent } from '@/app/PageContent';
import { pageAt } from '@/app/routes';
import { type User, useSession } from '@/session/session';

export function App() {
  const session = useSession();
  return (
    <ErrorBoundary>
      {session.state === 'signed-in' && (
        <SignedIn key={`${session.user.id}.${session.user.role}`} user={session.user} />
      )}
      {session.state === 'anonymous' && <Anonymous />}
      <Notes />
    </ErrorBoundary>
  );
}

/** Reads begin once what the device has kept of them is there. */
function SignedIn({ user }: { user: User }) {
  const [memory, setMemory] = useState(() => memoryOf(user));
  useEffect(() => {
    let isGone = false;
    if (!memory) void recall(user).then((found) => (isGone ? forget() : setMemory(found)));
    const stop = memory?.start();
    return () => {
      isGone = true;
      stop?.();
    };
  }, [memory, user]);
  return (
    memory && (
      <QueryClientProvider client={memory.client}>
        <Frame />
        <Background />
      </QueryClientProvider>
    )
  );
}

function Anonymous() {
  useEffect(forget, []);
  const [path] = useLocation();
  const next = encodeURIComponent(path + window.location.search);
  return (
    <Switch>
      <Route path="/sign-in">
        <PageContent of={pageAt('/sign-in')} />
      </Route>
      <Route>
        <Redirect to={path === '/' ? '/sign-in' : `/sign-in?next=${next}`} replace />
      </Route>
    </Switch>
  );
}
