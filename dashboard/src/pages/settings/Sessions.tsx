import { useQuery } from '@tanstack/react-query';
import { api, type MySession } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { Badge, Card, Row } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { useAction } from '@/ui/useAction';
import { useNow } from '@/ui/useNow';
import { sayOrigin } from './origin';
import css from './settings.module.css';
import { words } from './words';

const TOUCHED = [['sessions.list']];

export function Sessions() {
  const t = useWords(words);
  const isOnline = useIsOnline();
  const query = useQuery({
    queryKey: ['sessions.list'],
    queryFn: ({ signal }) => api.sessions.list.query(undefined, { signal }),
  });
  const others = useAction({
    run: () => api.sessions.end.mutate({ others: true }),
    done: ({ ended }) => t.endedOthers(ended),
    touches: TOUCHED,
  });
  return (
    <Card title={t.sessions}>
      <Loaded query={query} height={8}>
        {(sessions) => (
          <>
            <ul className={css.sessions}>
              {sessions.map((session) => (
                <Session key={session.id} session={session} />
              ))}
            </ul>
            {sessions.length > 1 && (
              <Row>
                <Button isBusy={others.isBusy} disabled={!isOnline} onClick={() => others.start()}>
                  {t.endOthers}
                </Button>
              </Row>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Session({ session }: { session: MySession }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const isOnline = useIsOnline();
  const { id, createdAt, expiresAt, isCurrent } = session;
  const end = useAction({
    run: () => api.sessions.end.mutate({ id }),
    done: t.ended,
    touches: TOUCHED,
  });
  const what = sayOrigin(session, t);
  return (
    <li className={css.session}>
      <div>
        <p>
          {what} {isCurrent && <Badge tone="ok">{t.here}</Badge>}
        </p>
        <p>
          {t.began(format.ago(createdAt, now))}, {t.ends(format.dateTime(expiresAt))}
        </p>
      </div>
      {!isCurrent && (
        <Button
          look="quiet"
          isBusy={end.isBusy}
          disabled={!isOnline}
          aria-label={t.endLabel(`${what}, ${t.began(format.ago(createdAt, now))}`)}
          onClick={() => end.start()}
        >
          {t.end}
        </Button>
      )}
    </li>
  );
}
