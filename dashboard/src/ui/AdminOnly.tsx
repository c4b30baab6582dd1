/** A page that only administrators have; others are told so, and the server refuses them too. */
import type { ReactNode } from 'react';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { ButtonLink } from './Button';
import { Page } from './Layouts';
import { Empty } from './States';
import { words } from './words';

export function AdminOnly({ children }: { children: ReactNode }) {
  const t = useWords(words);
  return useUser().isAdmin ? (
    children
  ) : (
    <Page title={t.forbiddenTitle}>
      <Empty title={t.adminsOnly}>
        <ButtonLink href="/" look="primary">
          {t.home}
        </ButtonLink>
      </Empty>
    </Page>
  );
}
