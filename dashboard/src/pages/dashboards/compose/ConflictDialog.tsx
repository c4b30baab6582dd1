import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { words } from '../words';

/** Somebody else saved meanwhile: nothing of theirs is overwritten, nothing of ours is lost. */
export function ConflictDialog({
  onClose,
  onCopy,
  onReload,
}: {
  onClose: () => void;
  onCopy: () => void;
  onReload: () => void;
}) {
  const t = useWords(words);
  return (
    <Dialog title={t.conflictTitle} onClose={onClose}>
      <p>{t.conflictText}</p>
      <Actions>
        <Button look="primary" onClick={onCopy}>
          {t.saveCopy}
        </Button>
        <Button look="danger" onClick={onReload}>
          {t.loadTheirs}
        </Button>
        <Button onClick={onClose}>{t.keepEditing}</Button>
      </Actions>
    </Dialog>
  );
}
