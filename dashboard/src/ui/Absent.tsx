/** The page of something that is not there. */
import { useWords } from '@/i18n/words';
import { ButtonLink } from './Button';
import { Page } from './Layouts';
import { Empty } from './States';
import { words } from './words';

export function Absent({ title, back, backTo }: { title: string; back: string; backTo: string }) {
  const t = useWords(words);
  return (
    <Page title={title}>
      <Empty title={t.absentTitle}>
        <p>{t.absentText}</p>
        <ButtonLink href={back} look="primary">
          {backTo}
        </ButtonLink>
      </Empty>
    </Page>
  );
}
