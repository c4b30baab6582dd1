/** Sign-in by name and password, or at the organisation's own provider. */
import { type FormEvent, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { told } from '@/api/errors';
import { nextOf } from '@/app/next';
import { useWords } from '@/i18n/words';
import { LanguageChoice } from '@/session/LanguageChoice';
import { beginSession, endLeftSession, type User } from '@/session/session';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import css from './signin.module.css';
import { words } from './words';

interface Refusal {
  error: { message: string; data?: { code?: string; retryAfter?: number } };
}

export default function SignIn() {
  const t = useWords(words);
  const [, navigate] = useLocation();
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const next = nextOf(window.location.search);
  const hasProvider = useHasProvider();

  useEffect(() => {
    document.title = `${t.title} · IOP`;
  }, [t]);

  const go = (path: string) => {
    // Dagster's own pages are not this app's.
    if (path.startsWith('/dagster') || path.startsWith('/api')) window.location.assign(path);
    else navigate(path, { replace: true });
  };

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setIsBusy(true);
    setProblem(null);
    try {
      await endLeftSession();
      const answer = await fetch('/api/auth/sign-in', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: form.get('name'), password: form.get('password') }),
      });
      if (answer.ok) {
        const { user } = (await answer.json()) as { user: User };
        await beginSession(user);
        go(next);
        return;
      }
      const refusal = (await answer.json()) as Refusal;
      setProblem(
        answer.status === 401
          ? t.wrong
          : answer.status === 429
            ? t.tooMany(Math.ceil((refusal.error.data?.retryAfter ?? 60) / 60))
            : (told(refusal.error.data ?? {}).message ?? refusal.error.message),
      );
    } catch {
      setProblem(t.offline);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <main className={css.page}>
      <div className={css.box}>
        <img src="/icons/icon.svg" alt="" width="56" height="56" />
        <h1>{t.title}</h1>
        <p className={css.lead}>{t.lead}</p>
        {hasProvider && (
          <a
            className={css.provider}
            href={`/api/auth/oidc/start?next=${encodeURIComponent(next)}`}
          >
            {t.provider}
          </a>
        )}
        <form className={css.form} onSubmit={(event) => void submit(event)}>
          <TextField
            label={t.name}
            name="name"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
          <TextField
            label={t.password}
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
          {problem && (
            <p className={css.problem} role="alert">
              {problem}
            </p>
          )}
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t.submit}
          </Button>
        </form>
        <LanguageChoice />
      </div>
    </main>
  );
}

function useHasProvider(): boolean {
  const [has, setHas] = useState(false);
  useEffect(() => {
    const asked = new AbortController();
    fetch('/api/auth/options', { signal: asked.signal })
      .then((answer) => answer.json() as Promise<{ oidc: boolean }>)
      .then(({ oidc }) => setHas(oidc))
      // Without a network there is no sign-in either; the form says so when it is sent.
      .catch(() => setHas(false));
    return () => asked.abort();
  }, []);
  return has;
}
