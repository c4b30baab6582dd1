/** Asks once more before a change, and for its reason where one is kept. */
import { type ReactNode, useState } from 'react';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from './Button';
import { CheckField } from './CheckField';
import { Actions, Dialog } from './Dialog';
import { AreaField } from './Field';
import { Form } from './Form';
import { Muted } from './Layouts';
import { words } from './words';

/**
 * reason: the label of a text that goes with the change; force: that of a box that does it all the same, for which the
 * reason is required; problems: what the server refused.
 */
export function Confirm({
  title,
  text,
  act,
  reason,
  force,
  isDanger = false,
  isBusy,
  problems,
  onConfirm,
  onClose,
}: {
  title: string;
  text?: ReactNode;
  act: string;
  reason?: string;
  force?: string | undefined;
  isDanger?: boolean;
  isBusy: boolean;
  problems?: readonly string[] | undefined;
  onConfirm: (reason: string | null, isForced: boolean) => void;
  onClose: () => void;
}) {
  const t = useWords(words);
  const isOnline = useIsOnline();
  const [why, setWhy] = useState('');
  const [isTicked, setIsTicked] = useState(false);
  const isForced = isTicked && force !== undefined;
  return (
    <Dialog title={title} onClose={onClose}>
      {text && <p>{text}</p>}
      <Form onSubmit={() => onConfirm(why.trim() || null, isForced)}>
        {force && (
          <CheckField
            label={force}
            checked={isTicked}
            onChange={(event) => setIsTicked(event.target.checked)}
          />
        )}
        {reason && (
          <AreaField
            label={reason}
            value={why}
            maxLength={2000}
            required={isForced}
            problems={problems}
            onChange={(event) => setWhy(event.target.value)}
          />
        )}
        {!isOnline && <Muted>{t.needsNetwork}</Muted>}
        <Actions>
          <Button
            type="submit"
            look={isDanger ? 'danger' : 'primary'}
            isBusy={isBusy}
            disabled={!isOnline}
          >
            {act}
          </Button>
          <Button onClick={onClose}>{t.cancel}</Button>
        </Actions>
      </Form>
    </Dialog>
  );
}
