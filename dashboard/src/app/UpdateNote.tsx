/** Registers the service worker once the page stands, and says so when a newer version waits. */
import { useEffect, useState } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { onceNoDrafts } from '@/ui/unsaved/drafts';
import { words } from './later-words';
import css from './UpdateNote.module.css';

// An installed app may stay open for days.
const LOOK_AGAIN_MS = 3600_000;

export function UpdateNote() {
  const t = useWords(words);
  const [waiting, setWaiting] = useState<ServiceWorker | null>(null);
  useEffect(() => watch(setWaiting), []);
  return (
    <div role="status" className={css.place}>
      {waiting && (
        <p className={css.note}>
          {t.updateReady}
          <Button look="quiet" onClick={() => update(waiting)}>
            {t.updateNow}
          </Button>
        </p>
      )}
    </div>
  );
}

/** Another tab may have let it take over while somebody wrote here: then only this page is still the former. */
function update(waiting: ServiceWorker) {
  if (waiting.state === 'installed') waiting.postMessage('take over');
  else window.location.reload();
}

/** Missing where the site is not served securely; some browsers refuse even to be asked. */
function workersOf(browser: Navigator): ServiceWorkerContainer | undefined {
  try {
    return browser.serviceWorker;
  } catch {
    return undefined;
  }
}

function watch(offer: (waiting: ServiceWorker) => void): () => void {
  const workers = workersOf(navigator);
  if (!workers || import.meta.env.DEV) return () => {};
  const ended = new AbortController();
  const { signal } = ended;
  // The first worker takes over a page that is as new as it; a later one brings another page.
  let former = workers.controller;
  workers.addEventListener(
    'controllerchange',
    () => {
      // What somebody writes here is not taken from them: the page follows once they are done.
      if (former) onceNoDrafts(() => window.location.reload());
      former = workers.controller;
    },
    { signal },
  );
  const follow = (worker: ServiceWorker | null) =>
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && workers.controller) offer(worker);
    });
  register(workers)
    .then((registration) => {
      // Some private windows give none.
      if (!registration || signal.aborted) return;
      if (registration.waiting && workers.controller) offer(registration.waiting);
      registration.addEventListener('updatefound', () => follow(registration.installing), {
        signal,
      });
      lookAgain(registration, signal);
    })
    // Without a worker the app works as a page does; a browser may forbid it.
    .catch(() => {});
  void askForWorker(workers);
  return () => ended.abort();
}

/**
 * A page that a browser was fetching while its first worker began has none: what it loads later would not be there
 * without a network.
 */
async function askForWorker(workers: ServiceWorkerContainer) {
  const { active } = await workers.ready;
  if (!workers.controller) active?.postMessage('claim');
}

/** Some browsers refuse at once, others by what they promised. */
async function register(workers: ServiceWorkerContainer) {
  return workers.register('/sw.js');
}

function lookAgain(registration: ServiceWorkerRegistration, signal: AbortSignal) {
  let looked = Date.now();
  const look = () => {
    if (document.visibilityState !== 'visible' || Date.now() - looked < LOOK_AGAIN_MS) return;
    looked = Date.now();
    // Without a network there is no newer version to be had.
    registration.update().catch(() => {});
  };
  document.addEventListener('visibilitychange', look, { signal });
}
