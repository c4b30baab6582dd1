/** Registers the service worker once the page stands, and says so when a newer version waits. */
import { useEffect } from 'react';
import { useWords } from '@/i18n/words';
import { say } from '@/ui/toasts';
import { words } from './words';

export function UpdateNote() {
  const t = useWords(words);
  useEffect(() => {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
    let isGone = false;
    const offer = (waiting: ServiceWorker) =>
      say(t.updateReady, { label: t.updateNow, run: () => waiting.postMessage('take over') });
    const hadController = navigator.serviceWorker.controller !== null;
    const onChange = () => {
      if (hadController) window.location.reload();
    };
    navigator.serviceWorker.addEventListener('controllerchange', onChange);
    void navigator.serviceWorker.register('/sw.js').then((registration) => {
      if (isGone) return;
      if (registration.waiting && hadController) offer(registration.waiting);
      registration.addEventListener('updatefound', () => {
        const worker = registration.installing;
        worker?.addEventListener('statechange', () => {
          if (worker.state === 'installed' && navigator.serviceWorker.controller) offer(worker);
        });
      });
    });
    return () => {
      isGone = true;
      navigator.serviceWorker.removeEventListener('controllerchange', onChange);
    };
  }, [t]);
  return null;
}
