/** Who is signed in, and the way out. */
import { useState } from 'react';
import { Link } from 'wouter';
import { useWords } from '@/i18n/words';
import { expectsUnsent } from '@/offline/expected';
import { signOut, useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Leaving } from './lazily';
import css from './UserMenu.module.css';
import { words } from './words';

export function UserMenu() {
  const t = useWords(words);
  const user = useUser();
  const [isAsking, setIsAsking] = useState(false);
  const leave = () => {
    if (expectsUnsent(user.id)) setIsAsking(true);
    else void signOut();
  };
  return (
    <div className={css.menu}>
      <Link href="/settings" className={css.who ?? ''}>
        <span>{user.name}</span>
        <span className={css.role}>&nbsp;({user.isAdmin ? t.admin : t.viewer})</span>
      </Link>
      <Button look="quiet" onClick={leave}>
        {t.signOut}
      </Button>
      {isAsking && <Leaving onStay={() => setIsAsking(false)} />}
    </div>
  );
}
