/** What happened to it, who did so, when and why; with what this device has not sent yet at its end. */
import { useQuery } from '@tanstack/react-query';
import type { RecommendationEvent } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import type { Decisions } from '@/offline/decisions';
import { useUser } from '@/session/session';
import { Badge, Card } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { useNow } from '@/ui/useNow';
import { historyQuery } from './queries';
import css from './recommendations.module.css';
import { useWishWords } from './useWishWords';
import { words } from './words';

export function History({ id, decisions }: { id: number; decisions: Decisions }) {
  const t = useWords(words);
  const query = useQuery(historyQuery(id));
  return (
    <Card title={t.history}>
      <Loaded query={query} height={6}>
        {(events) => (
          <ol className={css.timeline}>
            {events.map((event) => (
              <Event key={event.id} event={event} />
            ))}
          </ol>
        )}
      </Loaded>
      {decisions.length > 0 && <UnsentEvents decisions={decisions} />}
    </Card>
  );
}

function Event({ event }: { event: RecommendationEvent }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const me = useUser();
  const { what, when } = useSaid(event);
  const name = event.actor === me.id ? t.you : (event.actorName ?? t.platform);
  return (
    <li className={css.event} data-kind={event.kind}>
      <p>
        <strong>{what}</strong> {when} {!OF_DATA.has(event.kind) && t.by(name)}
      </p>
      {event.reason && <p className={css.said}>{event.reason}</p>}
      <time
        className={css.when}
        dateTime={event.createdAt}
        title={format.dateTime(event.createdAt)}
      >
        {format.ago(event.createdAt, now)}
      </time>
    </li>
  );
}

/** What the data brought about, and nobody. */
const OF_DATA = new Set(['opened', 'updated', 'resolved']);

function useSaid({ kind, statusAfter, details }: RecommendationEvent) {
  const t = useWords(words);
  const format = useFormat();
  const until = typeof details?.until === 'string' ? details.until : null;
  switch (kind) {
    case 'status':
      return { what: t.events.status(statusAfter ?? ''), when: '' };
    case 'snoozed':
      return until
        ? { what: t.events.snoozed, when: t.untilShort(format.dateTime(inUtc(until))) }
        : { what: t.events.woken, when: '' };
    case 'opened':
    case 'updated': {
      const ds = typeof details?.ds === 'string' ? format.local(details.ds) : '';
      return { what: t.events[kind], when: ds && `(${ds})` };
    }
    case 'resolved':
    case 'comment':
      return { what: t.events[kind], when: '' };
    default:
      return { what: kind, when: '' };
  }
}

/** Moments inside of details are written without the Z that they mean. */
const inUtc = (text: string) => (/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);

function UnsentEvents({ decisions }: { decisions: Decisions }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const say = useWishWords();
  return (
    <ol className={css.timeline}>
      {decisions.map(({ key, change, madeAt }) => (
        <li key={key} className={css.event} data-kind="unsent">
          <p>
            {t.mine(say(change))} <Badge tone="warn">{t.unsent}</Badge>
          </p>
          {change.kind === 'comment' && <p className={css.said}>{change.text}</p>}
          {change.kind !== 'comment' && change.reason && (
            <p className={css.said}>{change.reason}</p>
          )}
          <time className={css.when} dateTime={madeAt}>
            {format.ago(madeAt, now)}
          </time>
        </li>
      ))}
    </ol>
  );
}
