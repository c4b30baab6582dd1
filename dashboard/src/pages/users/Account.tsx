/** One account, and what can be done about it. */
import { useState } from 'react';
import { api, type UserAccount } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { confirmSession, useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Refused } from '@/ui/Form';
import { Badge } from '@/ui/Layouts';
import { useAction } from '@/ui/useAction';
import { type Change, ChangeDialog } from './ChangeDialog';
import type { Given } from './LinkDialog';
import { PasswordDialog } from './PasswordDialog';
import css from './users.module.css';
import { words } from './words';

const TOUCHED = [['users.list'], ['audit.list']];

export function Account({
  account,
  onLink,
}: {
  account: UserAccount;
  onLink: (given: Given) => void;
}) {
  const t = useWords(words);
  const format = useFormat();
  const me = useUser();
  const isOnline = useIsOnline();
  const [asked, setAsked] = useState<Change | 'password' | null>(null);
  const isOwn = account.id === me.id;
  const update = useAction({
    run: (change: Change) => api.users.update.mutate({ id: account.id, ...change }),
    done: t.changed(account.name),
    touches: TOUCHED,
    onDone: () => {
      setAsked(null);
      if (isOwn) void confirmSession();
    },
  });
  const link = useAction({
    run: () => api.users.signInLink.mutate({ id: account.id }),
    touches: [['audit.list']],
    onDone: (made) => onLink({ name: account.name, link: made }),
  });
  const close = () => {
    setAsked(null);
    update.reset();
  };
  const isBlocked = !isOnline || update.isBusy || link.isBusy;
  const act = (label: string, run: () => void) => (
    <Button disabled={isBlocked} onClick={run}>
      {label}
    </Button>
  );
  const refusal = update.failure?.kind === 'conflict' ? update.failure.message : null;
  return (
    <li className={css.account}>
      <div className={css.who}>
        <h2>{account.name}</h2>
        <Badge tone={account.role === 'admin' ? 'info' : 'plain'}>{t.roles[account.role]}</Badge>
        {isOwn && <Badge tone="ok">{t.you}</Badge>}
        {account.isDisabled && <Badge tone="bad">{t.disabled}</Badge>}
        {!account.hasPassword && !account.oidcIssuer && <Badge tone="warn">{t.noPassword}</Badge>}
      </div>
      <p className={css.since}>
        {account.oidcIssuer ? t.provider(account.oidcIssuer) : null} {t.since}{' '}
        {format.date(account.createdAt)}
      </p>
      <fieldset className={css.acts}>
        <legend className="visually-hidden">{t.actions(account.name)}</legend>
        {act(account.role === 'admin' ? t.makeViewer : t.makeAdmin, () =>
          setAsked({ role: account.role === 'admin' ? 'viewer' : 'admin' }),
        )}
        {account.isDisabled
          ? act(t.enable, () => update.start({ isDisabled: false }))
          : act(t.disable, () => setAsked({ isDisabled: true }))}
        {act(t.setPassword, () => setAsked('password'))}
        {!account.isDisabled && act(t.newLink, () => link.start())}
      </fieldset>
      {refusal && asked === null && <Refused title={t.refused} problems={[refusal]} />}
      {asked === 'password' && <PasswordDialog account={account} onClose={close} />}
      {asked !== null && asked !== 'password' && (
        <ChangeDialog
          account={account}
          change={asked}
          isOwn={isOwn}
          isBusy={update.isBusy}
          refusal={refusal}
          onConfirm={() => update.start(asked)}
          onClose={close}
        />
      )}
    </li>
  );
}
