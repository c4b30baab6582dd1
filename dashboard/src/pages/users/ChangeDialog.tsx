/** Asks before somebody gains or loses something; twice as clearly before one loses it oneself. */
import type { Role, UserAccount } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { Refused } from '@/ui/Form';
import { words } from './words';

export type Change = { role: Role } | { isDisabled: boolean };

export function ChangeDialog({
  account: { name },
  change,
  isOwn,
  isBusy,
  refusal,
  onConfirm,
  onClose,
}: {
  account: UserAccount;
  change: Change;
  isOwn: boolean;
  isBusy: boolean;
  refusal: string | null;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const t = useWords(words);
  const isPromotion = 'role' in change && change.role === 'admin';
  const [title, text, act] =
    'role' in change
      ? isPromotion
        ? [t.promoteTitle(name), t.promoteText, t.makeAdmin]
        : [t.demoteTitle(name), t.demoteText, t.makeViewer]
      : [t.disableTitle(name), t.disableText, t.disable];
  return (
    <Dialog title={title} onClose={onClose}>
      {isOwn ? (
        <p>
          <strong>{t.ownTitle}.</strong> {'role' in change ? t.ownViewer : t.ownDisable}
        </p>
      ) : (
        <p>{text}</p>
      )}
      {refusal && <Refused title={t.refused} problems={[refusal]} />}
      <Actions>
        <Button look={isPromotion ? 'primary' : 'danger'} isBusy={isBusy} onClick={onConfirm}>
          {act}
        </Button>
        <Button onClick={onClose}>{t.cancel}</Button>
      </Actions>
    </Dialog>
  );
}
