import { useWords } from '@/i18n/words';
import type { Decision } from '@/offline/decisions';
import { useOutbox } from '@/offline/useOutbox';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { words as uiWords } from '@/ui/words';
import { words } from './words';

export function Discard({ decision, onClose }: { decision: Decision; onClose: () => void }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const { outbox } = useOutbox();
  return (
    <Dialog title={t.discardTitle} onClose={onClose}>
      <p>{decision.tries > 0 && !decision.problem ? t.discardTried : t.discardText}</p>
      <Actions>
        <Button look="danger" onClick={() => void outbox.discard(decision.key)}>
          {t.discard}
        </Button>
        <Button onClick={onClose}>{ui.cancel}</Button>
      </Actions>
    </Dialog>
  );
}
