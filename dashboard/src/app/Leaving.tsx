/** Signs out; where decisions wait on this device, not before their maker gave them up. */
import { useEffect } from 'react';
import { useWords } from '@/i18n/words';
import { useOutbox } from '@/offline/useOutbox';
import { signOut } from '@/session/session';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { words } from './later-words';

export function Leaving({ onStay }: { onStay: () => void }) {
  const t = useWords(words);
  const { outbox, decisions } = useOutbox();
  const isEmpty = outbox.isKnown() && decisions.length === 0;
  useEffect(() => {
    if (isEmpty) void signOut();
  }, [isEmpty]);
  if (decisions.length === 0) return null;
  return (
    <Dialog title={t.unsentTitle} onClose={onStay}>
      <p>{t.unsentText(decisions.length)}</p>
      <Actions>
        <Button look="primary" onClick={onStay}>
          {t.stay}
        </Button>
        <Button look="danger" onClick={() => void signOut()}>
          {t.discard}
        </Button>
      </Actions>
    </Dialog>
  );
}
