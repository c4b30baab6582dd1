/** What happened at the same time: how many series, which, and one decision about all of them. */
import { Link } from 'wouter';
import type { Cause } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { isSnoozed } from '@/offline/kept';
import { useUser } from '@/session/session';
import { Button, ButtonLink } from '@/ui/Button';
import { Actions } from '@/ui/Dialog';
import { Card } from '@/ui/Layouts';
import { useNow } from '@/ui/useNow';
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
  const isLater = isSnoozed(recommendation, useNow());
  const { members, isCut } = useMembers(recommendation, cause);
  const others = members.filter(({ id }) => id !== recommendation.id);
  if (others.length === 0) return null;
  const undecided = isLater ? 'snoozed' : 'open';
  const view = recommendation.status === 'open' ? undecided : recommendation.status;
  const all = `/recommendations${queryOf({ ...UNFILTERED, view, cause: String(cause.id) })}`;
  const since = format.local(cause.since);
  // Two models may have found something in one series.
  const series = isCut
    ? Math.min(cause.count, cause.series)
    : new Set(members.map(({ uniqueId }) => uniqueId)).size;
  const [found, of] = [format.number(series), format.number(cause.series)];
  const these = format.number(members.length);
  return (
    <Card title={t.members}>
      <p>{t.causeOf(found, of, cause.direction === 'lower', since)}</p>
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
        <ButtonLink href={all}>
          {t.allMembers(isCut ? format.number(cause.count) : these)}
        </ButtonLink>
        {isAdmin && recommendation.status === 'open' && (
          <>
            <Button
              disabled={isBusy}
              onClick={() =>
                onDecide({ kind: 'status', status: 'accepted', reason: null }, members)
              }
            >
              {isCut ? t.acceptThese(these) : t.acceptAll(these)}
            </Button>
            <Button disabled={isBusy} onClick={() => onAsk('dismiss', members)}>
              {isCut ? t.dismissThese(these) : t.dismissAll(these)}
            </Button>
          </>
        )}
      </Actions>
    </Card>
  );
}
