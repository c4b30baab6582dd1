/** What an instance without any data shows: how to get from a file to advice, and who can. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { ButtonLink } from '@/ui/Button';
import { Card, Muted } from '@/ui/Layouts';
import css from './start.module.css';
import { startWords } from './words';

const standing = queryOptions({
  queryKey: ['intake.standing'],
  queryFn: ({ signal }) => api.intake.standing.query(undefined, { signal }),
});

export default function Start() {
  const t = useWords(startWords);
  const steps = [
    { title: t.add, text: t.addText, aside: <Way /> },
    { title: t.look, text: t.lookText, aside: null },
    { title: t.advice, text: t.adviceText, aside: null },
  ];
  return (
    <>
      <p>{t.lead}</p>
      <ol className={css.steps} aria-label={t.steps}>
        {steps.map(({ title, text, aside }, at) => (
          <li key={title}>
            <Card
              title={
                <>
                  <span className={css.number} aria-hidden="true">
                    {at + 1}
                  </span>
                  {title}
                </>
              }
            >
              <p>{text}</p>
              {aside}
            </Card>
          </li>
        ))}
      </ol>
      <Muted>{t.platform}</Muted>
    </>
  );
}

/** The way to the first step, or who has it. */
function Way() {
  const t = useWords(startWords);
  const { isAdmin } = useUser();
  const { data } = useQuery(standing);
  if (data?.refusal) return <Muted>{t.elsewhere(data.refusal.message)}</Muted>;
  if (isAdmin) {
    return (
      <p className={css.way}>
        <ButtonLink href="/add" look="primary">
          {t.addButton}
        </ButtonLink>
      </p>
    );
  }
  if (!data) return null;
  return <Muted>{data.admins.length > 0 ? t.whoMay(data.admins.join(', ')) : t.noAdmins}</Muted>;
}
