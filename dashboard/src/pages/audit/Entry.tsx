/** One change: who, what, when, and what differs. */
import { Link } from 'wouter';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Disclosure } from '@/ui/Disclosure';
import { Muted } from '@/ui/Layouts';
import { Table } from '@/ui/Table';
import css from './audit.module.css';
import { type Change, type Difference, differences } from './difference';
import { words } from './words';

export function Entry({ event }: { event: Change }) {
  const t = useWords(words);
  const format = useFormat();
  const changed = differences(event.before, event.after);
  return (
    <li className={css.entry}>
      <p className={css.head}>
        <strong className={css.what}>{event.procedure}</strong>
        <span>
          {t.by} {event.userName || t.machine}
        </span>
        <time dateTime={event.occurredAt}>{format.dateTime(event.occurredAt)}</time>
      </p>
      <Disclosure label={t.changes}>
        {changed.length === 0 ? <Muted>{t.noDifference}</Muted> : <Changes rows={changed} />}
        <Muted>
          {event.address && `${t.from} ${event.address} · `}
          {t.requestIs}{' '}
          <Link href={`/audit?request=${encodeURIComponent(event.requestId)}`}>
            {event.requestId}
          </Link>
        </Muted>
      </Disclosure>
    </li>
  );
}

function Changes({ rows }: { rows: readonly Difference[] }) {
  const t = useWords(words);
  const value = (text: string | null, isGone: boolean) =>
    text === null ? (
      <span className={css.none}>{t.nothing}</span>
    ) : isGone ? (
      <del className={css.value}>{text}</del>
    ) : (
      <ins className={css.value}>{text}</ins>
    );
  return (
    <Table
      caption={t.changes}
      rows={rows}
      keyOf={(row) => row.name}
      columns={[
        { key: 'name', label: t.name, cell: (row) => row.name },
        { key: 'before', label: t.before, cell: (row) => value(row.before, true) },
        { key: 'after', label: t.after, cell: (row) => value(row.after, false) },
      ]}
    />
  );
}
