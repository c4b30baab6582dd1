/** One's own password: a route of its own at the server, since it is no procedure. */
import { type FormEvent, useState } from 'react';
import { fieldsOf, type Issue, told } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Refused } from '@/ui/Form';
import { Card, Muted, Row, Stack } from '@/ui/Layouts';
import { say } from '@/ui/toasts';
import { words as uiWords } from '@/ui/words';
import { words } from './words';

interface Refusal {
  error: { message: string; data?: { issues?: readonly Issue[] } };
}

interface Problem {
  fields: Record<string, string[] | undefined>;
  text: string | null;
}

const NONE: Problem = { fields: {}, text: null };

export function Password() {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const { name } = useUser();
  const isOnline = useIsOnline();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState(NONE);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    setIsBusy(true);
    setProblem(NONE);
    try {
      const answer = await fetch('/api/auth/password', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ current: given.get('current'), new: given.get('new') }),
      });
      if (answer.ok) {
        form.reset();
        say(t.passwordChanged);
      } else {
        setProblem(await problemOf(answer));
      }
    } catch {
      setProblem({ fields: {}, text: ui.needsNetwork });
    } finally {
      setIsBusy(false);
    }
  }

  async function problemOf(answer: Response): Promise<Problem> {
    if (answer.status === 429) return { fields: {}, text: t.tooMany };
    const { error } = (await answer.json()) as Refusal;
    const { message = error.message, issues } = told(error.data ?? {});
    const { fields } = fieldsOf(issues);
    return { fields, text: Object.keys(fields).length > 0 ? null : message };
  }

  return (
    <Card title={t.password}>
      <form noValidate onSubmit={(event) => void submit(event)}>
        <Stack>
          <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
          <TextField
            label={t.current}
            name="current"
            type="password"
            autoComplete="current-password"
            required
            problems={problem.fields.current}
          />
          <TextField
            label={t.next}
            hint={t.nextHint}
            name="new"
            type="password"
            autoComplete="new-password"
            required
            problems={problem.fields.new}
          />
          {problem.text && <Refused title={problem.text} problems={[]} />}
          {!isOnline && <Muted>{t.online}</Muted>}
          <Row>
            <Button type="submit" isBusy={isBusy} disabled={!isOnline}>
              {t.change}
            </Button>
          </Row>
        </Stack>
      </form>
    </Card>
  );
}
