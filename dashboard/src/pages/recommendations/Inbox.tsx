/** What can be decided, by pointer and by keyboard, on one item or on those that are selected. */
import { useState } from 'react';
import { useUser } from '@/session/session';
import { Asking } from './Asking';
import { BulkBar } from './BulkBar';
import { Detail } from './Detail';
import { isFailed, type Wish } from './deciding';
import { Filters } from './Filters';
import { List } from './List';
import { Panes } from './Panes';
import type { Question } from './question';
import type { Told } from './told';
import { useDecide } from './useDecide';
import { useDetailsKept } from './useDetailsKept';
import { useFilter, useInbox } from './useInbox';
import { useRenewed } from './useRenewed';
import { useSelection } from './useSelection';
import { useShortcuts } from './useShortcuts';
import { useWalk } from './useWalk';

const ACCEPTED: Wish = { kind: 'status', status: 'accepted', reason: null };

/** isOwn: what is selected, or else what is shown. */
interface Targets {
  rows: readonly Told[];
  isOwn: boolean;
}

export function Inbox({ id }: { id: number | null }) {
  const { isAdmin } = useUser();
  const [filter, narrow] = useFilter();
  const inbox = useInbox(filter);
  const { query, rows, isCut } = inbox;
  const arrived = useRenewed(filter, inbox, id);
  useDetailsKept(rows);
  const selection = useSelection(rows, query.isSuccess);
  const work = useDecide();
  const [question, setQuestion] = useState<Question | null>(null);
  const [asked, setAsked] = useState<Targets | null>(null);
  const [shown, setShown] = useState<Told | null>(null);
  const { at, previous, next, pathOf, go, toList } = useWalk(rows, id, filter);
  const listed = rows[at] ?? null;
  const current = listed ?? (shown?.id === id ? shown : null);
  const own = selection.rows.length > 0 ? selection.rows : current ? [current] : [];
  // As they stood when their reader was asked: what somebody else decided meanwhile is never overwritten.
  const targets = asked ?? { rows: own, isOwn: true };

  async function decide(wish: Wish, { rows: of, isOwn } = targets) {
    close();
    if (!isAdmin || of.length === 0) return;
    const isHere = (of.length === 1 || !isOwn) && of.some((row) => row.id === id);
    const results = await work.decide(of, wish);
    const failed = results.filter(isFailed);
    selection.keep(failed.map(({ row }) => row.id));
    const isTaken = failed.length === 0;
    // On to the next without going back to the list; what was undecided is what one came for.
    if (isHere && isTaken && wish.kind !== 'comment' && filter.view === 'open') {
      if (next ?? previous) go(next ?? previous);
      else toList({ replace: true });
    }
  }

  function ask(what: Question, of: readonly Told[] | null = null) {
    if (what !== 'help' && !(isAdmin && (of ?? own).length > 0)) return;
    setAsked({ rows: of ?? own, isOwn: of === null });
    setQuestion(what);
  }
  function close() {
    setAsked(null);
    setQuestion(null);
  }
  useShortcuts({
    j: () => go(next),
    k: () => go(previous),
    down: () => go(next),
    up: () => go(previous),
    x: () => isAdmin && id !== null && selection.toggle(id),
    // What somebody else decided while it was read is theirs.
    a: () => targets.rows.every(({ status }) => status === 'open') && void decide(ACCEPTED),
    d: () => ask('dismiss'),
    s: () => ask('snooze'),
    '?': () => ask('help'),
    escape: () => (selection.rows.length > 0 ? selection.clear() : id !== null && toList()),
  });

  return (
    <>
      <Panes
        list={
          <>
            <Filters filter={filter} onNarrow={narrow} />
            <List
              query={query}
              rows={rows}
              isCut={isCut}
              arrived={arrived}
              filter={filter}
              current={id}
              pathOf={pathOf}
              selection={isAdmin ? selection : null}
            />
          </>
        }
        detail={
          id === null ? null : (
            <Detail
              key={id}
              id={id}
              listed={listed}
              isBusy={work.progress !== null}
              previous={previous && pathOf(previous)}
              next={next && pathOf(next)}
              back={pathOf()}
              place={at < 0 ? null : [at + 1, `${rows.length}${query.hasNextPage ? '+' : ''}`]}
              onShown={setShown}
              onDecide={(wish, of) => void decide(wish, { rows: of, isOwn: false })}
              onAsk={ask}
            />
          )
        }
        onHelp={() => ask('help')}
      />
      {selection.rows.length > 0 && (
        <BulkBar
          selection={selection}
          progress={work.progress}
          onAccept={() => void decide(ACCEPTED)}
          onAsk={ask}
        />
      )}
      <Asking
        question={question}
        targets={targets.rows}
        shortfall={work.shortfall}
        onForget={work.forget}
        onDecide={(wish) => void decide(wish)}
        onClose={close}
      />
    </>
  );
}
