/** The browser's offer to install the app. It comes once, early, and has to be kept until somebody wants it. */
import { useSyncExternalStore } from 'react';

interface Offer extends Event {
  prompt: () => Promise<void>;
}

const listeners = new Set<() => void>();
let offer: Offer | null = null;

function change(next: Offer | null) {
  offer = next;
  for (const listener of listeners) listener();
}

export function watchInstall() {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    change(event as Offer);
  });
  window.addEventListener('appinstalled', () => change(null));
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Asks the browser to install; null where it does not offer to. */
export function useInstall(): (() => void) | null {
  const current = useSyncExternalStore(subscribe, () => offer);
  return (
    current &&
    (() => {
      // An offer is good for one question.
      change(null);
      void current.prompt();
    })
  );
}

export const isInstalled = () => window.matchMedia('(display-mode: standalone)').matches;
