/** Decisions of this device that were not sent, and what is to be done about those that somebody crossed. */
import { useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import type { Decision, Decisions } from '@/offline/decisions';
import { useOutbox } from '@/offline/useOutbox';
import { Button } from '@/ui/Button';
import { Actions } from '@/ui/Dialog';
import { Muted } from '@/ui/Layouts';
import { useNow } from '@/ui/useNow';
import { Discard } from './Discard';
import css from './recommendations.module.css';
import { useWishWords } from './useWishWords';
import { words } from './words';

export function Pending({ decisions }: { decisions: Decisions }) {
  return decisions.map((decision) => <One key={decision.key} decision={decision} />);
}

function One({ decision }: { decision: Decision }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const say = useWishWords();
  const [isDiscarding, setIsDiscarding] = useState(false);
  const { change, problem } = decision;
  if (problem?.kind === 'conflict')
    return <Conflict decision={decision} current={problem.current} />;
  return (
    <div className={css.pending} data-bad={problem !== null || undefined} role="status">
      <p>
        <strong>{problem ? t.refused : t.unsent}</strong> {t.mine(say(change))},{' '}
        {t.madeAt(format.ago(decision.madeAt, now))}
      </p>
      {change.kind === 'comment' && <p className={css.said}>{change.text}</p>}
      {problem && <p>{problem.message}</p>}
      <Actions>
        <Button onClick={() => setIsDiscarding(true)}>{t.discard}</Button>
      </Actions>
      {isDiscarding && <Discard decision={decision} onClose={() => setIsDiscarding(false)} />}
    </div>
  );
}

type Current = Extract<Decision['problem'], { kind: 'conflict' }>['current'];

function Conflict({ decision, current }: { decision: Decision; current: Current }) {
  const t = useWords(words);
  const format = useFormat();
  const say = useWishWords();
  const { outbox } = useOutbox();
  const [isBusy, setIsBusy] = useState(false);
  const canInsist = decision.change.kind !== 'snooze' || current.status === 'open';
  const insist = async () => {
    setIsBusy(true);
    await outbox.applyMine(decision.key);
    setIsBusy(false);
  };
  return (
    <section className={css.pending} data-bad aria-label={t.conflictTitle}>
      <h2>{t.conflictTitle}</h2>
      <p>
        {t.theirs(current.actorName ?? t.somebody, t.status[current.status])}
        {current.decidedAt && ` (${format.dateTime(current.decidedAt)})`}
      </p>
      {current.reason && <p className={css.said}>{current.reason}</p>}
      <p>{t.mine(say(decision.change))}</p>
      {decision.change.kind !== 'comment' && decision.change.reason && (
        <p className={css.said}>{decision.change.reason}</p>
      )}
      <Actions>
        <Button
          look="primary"
          disabled={isBusy}
          onClick={() => void outbox.keepTheirs(decision.key)}
        >
          {t.keepTheirs}
        </Button>
        {canInsist && (
          <Button isBusy={isBusy} onClick={() => void insist()}>
            {t.applyMine}
          </Button>
        )}
      </Actions>
      {!canInsist && <Muted>{t.onlyOpenWait}</Muted>}
    </section>
  );
}
