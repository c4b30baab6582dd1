import { useState } from 'react';
import { api, type Role } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { SelectField, TextField } from '@/ui/Field';
import { Form } from '@/ui/Form';
import { useAction } from '@/ui/useAction';
import type { Given } from './LinkDialog';
import { words } from './words';

const ROLES: readonly Role[] = ['viewer', 'admin'];

export function AddUser({
  onAdded,
  onClose,
}: {
  onAdded: (given: Given) => void;
  onClose: () => void;
}) {
  const t = useWords(words);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const add = useAction({
    run: () => api.users.create.mutate({ name: name.trim(), role }),
    done: t.added(name.trim()),
    touches: [['users.list'], ['audit.list']],
    onDone: ({ signInLink }) => onAdded({ name: name.trim(), link: signInLink }),
  });
  // Somebody of that name is there already: it is the name that is wrong.
  const taken = add.failure?.kind === 'conflict' ? [add.failure.message] : [];
  return (
    <Dialog title={t.addTitle} onClose={onClose}>
      <Form onSubmit={() => add.start()}>
        <TextField
          label={t.name}
          hint={t.nameHint}
          value={name}
          required
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          problems={[...add.problemsOf('name'), ...taken]}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label={t.role}
          hint={t.roleHint}
          value={role}
          problems={add.problemsOf('role')}
          onChange={(event) => setRole(event.target.value as Role)}
          options={ROLES.map((value) => ({ value, label: t.roles[value] }))}
        />
        <Actions>
          <Button type="submit" look="primary" isBusy={add.isBusy}>
            {t.create}
          </Button>
          <Button onClick={onClose}>{t.cancel}</Button>
        </Actions>
      </Form>
    </Dialog>
  );
}
