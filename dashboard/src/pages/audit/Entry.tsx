/** One change: who, what, when, and what differs. */
import { Link } from 'wouter';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Disclosure } from '@/ui/Disclosure';
import { Muted } from '@/ui/Layouts';
import { Table } from '@/ui/Table';
import css from './audit.module.css';
import { type Change, type Difference, differences } from './difference';
import { type AuditWords, words } from './words';

export function Entry({ event }: { event: Change }) {
  const t = useWords(words);
  const format = useFormat();
  const changed = differences(event.before, event.after);
  return (
    <li className={css.entry}>
      <p className={css.head}>
        <strong className={css.what}>{sayAction(event.procedure, t)}</strong>
        <code className={css.procedure}>{event.procedure}</code>
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

/** A release before or after this one may have recorded another procedure: its name is all that is known. */
function sayAction(procedure: string, t: AuditWords): string {
  const known: Record<string, string> = t.actions;
  const [room, name = ''] = procedure.split('.');
  return room === 'dagster' ? t.inDagster(name) : (known[procedure] ?? procedure);
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
