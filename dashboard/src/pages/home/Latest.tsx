/** The latest of something, each a way to it, and a way to all. */
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useWords } from '@/i18n/words';
import { ButtonLink } from '@/ui/Button';
import { Badge, Card, type Tone } from '@/ui/Layouts';
import { Empty, Loaded } from '@/ui/States';
import css from './home.module.css';
import { words } from './words';

interface Entry {
  href: string;
  name: string;
  tone: Tone;
  status: string;
  /** What is known of it, one after the other. */
  notes: readonly (string | false | null | undefined)[];
}

const HEIGHT_REM = 21;

export function Latest<T extends { id: number }>({
  title,
  all,
  none,
  query,
  entryOf,
}: {
  title: string;
  all: string;
  none: { title: string; text: string };
  query: UseQueryResult<T[], unknown>;
  entryOf: (row: T) => Entry;
}) {
  const t = useWords(words);
  return (
    <Card
      title={title}
      aside={
        <ButtonLink href={all} look="quiet">
          {t.all}
        </ButtonLink>
      }
    >
      <Loaded
        query={query}
        height={HEIGHT_REM}
        isEmpty={(rows) => rows.length === 0}
        empty={
          <Empty title={none.title}>
            <p>{none.text}</p>
          </Empty>
        }
      >
        {(rows) => (
          <ul className={css.latest}>
            {rows.map((row) => {
              const { href, name, tone, status, notes } = entryOf(row);
              return (
                <li key={row.id}>
                  <Link href={href} className={css.item ?? ''}>
                    <span className={css.itemName}>{name}</span>
                    <Badge tone={tone}>{status}</Badge>
                    <span className={css.itemNote}>{notes.filter(Boolean).join(' · ')}</span>
                  </Link>
                </li>
              );
            })}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
