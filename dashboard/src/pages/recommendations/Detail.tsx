/** One recommendation: what happened, why, what to do, what was decided, and what is to be decided. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { ListedRecommendation } from '@/api/client';
import { failureOf } from '@/api/errors';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { asDecided, ofRecommendation } from '@/offline/decisions';
import { useOutbox } from '@/offline/useOutbox';
import { useUser } from '@/session/session';
import { Absent } from '@/ui/Absent';
import { Muted, Page } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { CommentForm } from './CommentForm';
import { Decide } from './Decide';
import { DecidedMeanwhile } from './DecidedMeanwhile';
import type { Wish } from './deciding';
import { Evidence } from './Evidence';
import { History } from './History';
import { SeverityMark, StandingMarks } from './Marks';
import { Pending } from './Pending';
import { recommendationQuery } from './queries';
import type { Question } from './question';
import css from './recommendations.module.css';
import { Steps } from './Steps';
import { Together } from './Together';
import { type Shown, shownOf, type Told } from './told';
import { words } from './words';

export interface DetailGiven {
  id: number;
  /** As the list has it: shown until, or where, it cannot be read by itself. */
  listed: ListedRecommendation | null;
  isBusy: boolean;
  previous: string | undefined;
  next: string | undefined;
  back: string;
  place: [number, string] | null;
  onShown: (recommendation: Told) => void;
  onDecide: (wish: Wish, of: readonly Told[]) => void;
  /** of: what it is about; left out, what is shown or selected. */
  onAsk: (question: Question, of?: readonly Told[]) => void;
}

export function Detail(given: DetailGiven) {
  const { id, listed, onShown } = given;
  const t = useWords(words);
  const { decisions } = useOutbox();
  const query = useQuery(recommendationQuery(id));
  const row = useMemo(() => {
    const shown = shownOf(query.data, listed);
    return shown && asDecided(shown, decisions);
  }, [query.data, listed, decisions]);
  useEffect(() => {
    if (row) onShown(row);
  }, [row, onShown]);
  if (!row && query.isError && failureOf(query.error).kind === 'absent') {
    return <Absent title={t.notFound} back={given.back} backTo={t.back} />;
  }
  return (
    <>
      <Steps {...given} />
      {row ? (
        <Sheet {...given} recommendation={row} />
      ) : (
        <Page title={t.title}>
          <Loaded query={query} height={30}>
            {() => null}
          </Loaded>
        </Page>
      )}
    </>
  );
}

function Sheet({
  recommendation,
  isBusy,
  onDecide,
  onAsk,
}: DetailGiven & { recommendation: Shown }) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const { isAdmin } = useUser();
  const { decisions } = useOutbox();
  const own = ofRecommendation(decisions, recommendation.id);
  const isStuck = own.some(({ problem }) => problem !== null);
  return (
    <article className={css.sheet}>
      <p className={css.marks}>
        <SeverityMark recommendation={recommendation} />
        <span>{named.category[recommendation.category]}</span>
        <StandingMarks recommendation={recommendation} decisions={own} isOpenSaid />
      </p>
      <Page title={recommendation.title}>
        <Pending decisions={own} />
        <DecidedMeanwhile id={recommendation.id} />
        <Evidence recommendation={recommendation} />
        {isAdmin && !isStuck && (
          <Decide
            recommendation={recommendation}
            isBusy={isBusy}
            onDecide={(wish) => onDecide(wish, [recommendation])}
            onAsk={onAsk}
          />
        )}
        {recommendation.cause && (
          <Together
            recommendation={recommendation}
            cause={recommendation.cause}
            isBusy={isBusy}
            onDecide={onDecide}
            onAsk={onAsk}
          />
        )}
        {!isAdmin && <Muted>{t.viewerNote}</Muted>}
        <History id={recommendation.id} decisions={own} />
        {isAdmin && (
          <CommentForm
            isBusy={isBusy}
            onAdd={(text) => onDecide({ kind: 'comment', text }, [recommendation])}
          />
        )}
      </Page>
    </article>
  );
}
