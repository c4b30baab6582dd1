/** Asks before links of this page, the browser's Back or its closing throw away what was not saved. */
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { holdDraft } from './drafts';
import { useBackGuard } from './useBackGuard';
import { words } from './words';

export function UnsavedGuard({ isDirty }: { isDirty: boolean }) {
  const t = useWords(words);
  const [, navigate] = useLocation();
  const [leaving, setLeaving] = useState<{ go: () => void } | null>(null);
  useBackGuard(isDirty, (go) => setLeaving({ go }));
  useEffect(() => {
    if (!isDirty) return;
    const release = holdDraft();
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element).closest?.('a');
      const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
      if (!link || !isPlain || link.target || link.origin !== window.location.origin || link.hash)
        return;
      // Another part of the same page: nothing of it is lost.
      if (link.pathname === window.location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      const path = link.pathname + link.search;
      setLeaving({ go: () => navigate(path) });
    };
    window.addEventListener('beforeunload', onUnload);
    document.addEventListener('click', onClick, { capture: true });
    return () => {
      release();
      window.removeEventListener('beforeunload', onUnload);
      document.removeEventListener('click', onClick, { capture: true });
    };
  }, [isDirty, navigate]);
  return (
    leaving !== null && (
      <Dialog title={t.title} onClose={() => setLeaving(null)}>
        <p>{t.text}</p>
        <Actions>
          <Button look="primary" onClick={() => setLeaving(null)}>
            {t.stay}
          </Button>
          <Button look="danger" onClick={leaving.go}>
            {t.discard}
          </Button>
        </Actions>
      </Dialog>
    )
  );
}
