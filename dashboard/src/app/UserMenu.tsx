/** Who is signed in, and the way out. */
import { useState } from 'react';
import { Link } from 'wouter';
import { useWords } from '@/i18n/words';
import { unsentCount } from '@/offline/outbox';
import { signOut, useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { say } from '@/ui/toasts';
import css from './UserMenu.module.css';
import { words } from './words';

export function UserMenu() {
  const t = useWords(words);
  const user = useUser();
  const [unsent, setUnsent] = useState(0);
  const leave = () => signOut().catch(() => say(t.signOutFailed));
  const ask = async () => {
    const waiting = await unsentCount(user.id);
    if (waiting > 0) setUnsent(waiting);
    else await leave();
  };
  return (
    <div className={css.menu}>
      <Link href="/settings" className={css.who ?? ''}>
        {t.signedInAs(user.name, user.isAdmin ? t.admin : t.viewer)}
      </Link>
      <Button look="quiet" onClick={() => void ask()}>
        {t.signOut}
      </Button>
      {unsent > 0 && (
        <Dialog title={t.unsentTitle} onClose={() => setUnsent(0)}>
          <p>{t.unsentText(unsent)}</p>
          <Actions>
            <Button look="primary" onClick={() => setUnsent(0)}>
              {t.stay}
            </Button>
            <Button look="danger" onClick={() => void leave()}>
              {t.discard}
            </Button>
          </Actions>
        </Dialog>
      )}
    </div>
  );
}
