import type { Link } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Copyable } from '@/ui/Copyable';
import { Actions, Dialog } from '@/ui/Dialog';
import { Muted } from '@/ui/Layouts';
import { words } from './words';

export interface Given {
  name: string;
  link: Link;
}

/** The server keeps the link's hash only: once this is closed nobody can show it again. */
export function LinkDialog({
  given: { name, link },
  onClose,
}: {
  given: Given;
  onClose: () => void;
}) {
  const t = useWords(words);
  const format = useFormat();
  return (
    <Dialog title={t.linkTitle(name)} onClose={onClose}>
      <p>{t.linkText}</p>
      <Copyable label={t.link} text={window.location.origin + link.path} />
      <Muted>{t.expires(format.dateTime(link.expiresAt))}</Muted>
      <Actions>
        <Button look="primary" onClick={onClose}>
          {t.close}
        </Button>
      </Actions>
    </Dialog>
  );
}
