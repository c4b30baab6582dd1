/** What happened at the same time: how many series, which, and one decision about all of them. */
import { Link } from 'wouter';
import type { Cause } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Button, ButtonLink } from '@/ui/Button';
import { Actions } from '@/ui/Dialog';
import { Card } from '@/ui/Layouts';
import type { Wish } from './deciding';
import { seriesName } from './evidence';
import { queryOf, UNFILTERED } from './filters';
import { SeverityMark } from './Marks';
import type { Question } from './question';
import css from './recommendations.module.css';
import type { Told } from './told';
import { useMembers } from './useMembers';
import { words } from './words';

const SHOWN = 5;

export function Together({
  recommendation,
  cause,
  isBusy,
  onDecide,
  onAsk,
}: {
  recommendation: Told;
  cause: Cause;
  isBusy: boolean;
  onDecide: (wish: Wish, of: readonly Told[]) => void;
  onAsk: (question: Question, of: readonly Told[]) => void;
}) {
  const t = useWords(words);
  const format = useFormat();
  const { isAdmin } = useUser();
  const members = useMembers(recommendation, cause);
  const others = members.filter(({ id }) => id !== recommendation.id);
  if (others.length === 0) return null;
  const view = recommendation.status === 'open' ? 'open' : recommendation.status;
  const all = `/recommendations${queryOf({ ...UNFILTERED, view, cause: String(cause.id) })}`;
  const since = format.local(cause.since);
  return (
    <Card title={t.members}>
      <p>{t.causeOf(members.length, cause.series, cause.direction === 'lower', since)}</p>
      <ul className={css.members}>
        {others.slice(0, SHOWN).map((each) => (
          <li key={each.id}>
            <SeverityMark recommendation={each} />
            <Link href={`/recommendations/${each.id}`}>
              {seriesName(each.uniqueId, t.allSeries)}
            </Link>
          </li>
        ))}
      </ul>
      <Actions>
        <ButtonLink href={all}>{t.allMembers(members.length)}</ButtonLink>
        {isAdmin && recommendation.status === 'open' && (
          <>
            <Button
              disabled={isBusy}
              onClick={() =>
                onDecide({ kind: 'status', status: 'accepted', reason: null }, members)
              }
            >
              {t.acceptAll(members.length)}
            </Button>
            <Button disabled={isBusy} onClick={() => onAsk('dismiss', members)}>
              {t.dismissAll(members.length)}
            </Button>
          </>
        )}
      </Actions>
    </Card>
  );
}
