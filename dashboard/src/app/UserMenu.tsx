/** Who is signed in, and the way out. */
import { useState } from 'react';
import { Link } from 'wouter';
import { useWords } from '@/i18n/words';
import { useOutbox } from '@/offline/OutboxProvider';
import { signOut, useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import css from './UserMenu.module.css';
import { words } from './words';

export function UserMenu() {
  const t = useWords(words);
  const user = useUser();
  const { decisions } = useOutbox();
  const [isAsking, setIsAsking] = useState(false);
  const ask = () => {
    if (decisions.length > 0) setIsAsking(true);
    else void signOut();
  };
  return (
    <div className={css.menu}>
      <Link href="/settings" className={css.who ?? ''}>
        <span>{user.name}</span>
        <span className={css.role}>&nbsp;({user.isAdmin ? t.admin : t.viewer})</span>
      </Link>
      <Button look="quiet" onClick={ask}>
        {t.signOut}
      </Button>
      {isAsking && (
        <Dialog title={t.unsentTitle} onClose={() => setIsAsking(false)}>
          <p>{t.unsentText(decisions.length)}</p>
          <Actions>
            <Button look="primary" onClick={() => setIsAsking(false)}>
              {t.stay}
            </Button>
            <Button look="danger" onClick={() => void signOut()}>
              {t.discard}
            </Button>
          </Actions>
        </Dialog>
      )}
    </div>
  );
}
