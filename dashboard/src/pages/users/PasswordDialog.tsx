import { useState } from 'react';
import { api, type UserAccount } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Form } from '@/ui/Form';
import { useAction } from '@/ui/useAction';
import { words } from './words';

export function PasswordDialog({
  account,
  onClose,
}: {
  account: UserAccount;
  onClose: () => void;
}) {
  const t = useWords(words);
  const [password, setPassword] = useState('');
  const set = useAction({
    run: () => api.users.setPassword.mutate({ id: account.id, password }),
    done: t.passwordSet(account.name),
    touches: [['users.list'], ['audit.list']],
    onDone: onClose,
  });
  return (
    <Dialog title={t.passwordOf(account.name)} onClose={onClose}>
      <Form onSubmit={() => set.start()}>
        <TextField
          label={t.password}
          hint={t.passwordHint}
          type="password"
          autoComplete="new-password"
          required
          value={password}
          problems={set.problemsOf('password')}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Actions>
          <Button type="submit" look="primary" isBusy={set.isBusy}>
            {t.save}
          </Button>
          <Button onClick={onClose}>{t.cancel}</Button>
        </Actions>
      </Form>
    </Dialog>
  );
}
