import { QueryClient } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@/styles/tokens.css';
import '@/styles/base.css';
import { App } from '@/app/App';
import { watchInstall } from '@/app/install';
import { recall } from '@/app/memory';
import { loadPage } from '@/app/routes';
import { watchConnection } from '@/offline/connection';
import { wordsAreThere } from '@/session/preferences';
import { confirmSession, hasMark, userNow } from '@/session/session';
import { watchBack } from '@/ui/back';

// What the browser has asked for ahead is there at once; for the network nobody waits.
const PATIENCE_MS = 100;

watchBack();
watchInstall();
watchConnection(confirmSession);

const wasSignedIn = hasMark();
const page = loadPage(window.location.pathname);
const spoken = wordsAreThere();
// What the device refuses on the way is not to keep anybody from the sign-in.
const confirmed = confirmSession().catch(() => undefined);

/** The page that stands in index.html stays until there is something to take its place. */
async function start() {
  if (!userNow()) await confirmed;
  const user = userNow();
  if (user) {
    const [{ client }, reads] = await Promise.all([recall(user), page]);
    const first = reads.map((read) => client.prefetchQuery({ ...read, staleTime: 0 }));
    if (reads.some(({ queryKey }) => client.getQueryData(queryKey) === undefined)) {
      await Promise.race([Promise.all(first), new Promise((end) => setTimeout(end, PATIENCE_MS))]);
    }
  } else if (wasSignedIn) {
    // Taken, and thrown away: else the first question after a sign-in would get the answer of before.
    const nobody = new QueryClient();
    for (const read of await page) void nobody.prefetchQuery(read);
  }
  await spoken;
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

void start();
