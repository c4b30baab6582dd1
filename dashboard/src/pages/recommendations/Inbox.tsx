/** The list, and beside it on a wide screen, or in its place on a phone, one of its items. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { Page } from '@/ui/Layouts';
import { Empty } from '@/ui/States';
import { useIsWide } from '@/ui/useIsWide';
import { Asking } from './Asking';
import { BulkBar } from './BulkBar';
import { Detail } from './Detail';
import { Filters } from './Filters';
import { queryOf } from './filters';
import { List } from './List';
import css from './recommendations.module.css';
import type { Told } from './told';
import { isFailed, useDecide, type Wish } from './useDecide';
import { useDetailsKept } from './useDetailsKept';
import { useFilter, useInbox } from './useInbox';
import { useSelection } from './useSelection';
import { useShortcuts } from './useShortcuts';
import { words } from './words';

export type Question = 'dismiss' | 'snooze' | 'help';

export function Inbox({ id }: { id: number | null }) {
  const t = useWords(words);
  const { isAdmin } = useUser();
  const [, navigate] = useLocation();
  const [filter, narrow] = useFilter();
  const { query, rows } = useInbox(filter);
  useDetailsKept(rows);
  const selection = useSelection(rows, query.isSuccess);
  const work = useDecide();
  const [question, setQuestion] = useState<Question | null>(null);
  const isWide = useIsWide();

  const at = rows.findIndex((row) => row.id === id);
  const [shown, setShown] = useState<Told | null>(null);
  const current = rows[at] ?? (shown?.id === id ? shown : null);
  const targets = selection.rows.length > 0 ? selection.rows : current ? [current] : [];
  const pathOf = (row: { id: number } | undefined) =>
    `/recommendations${row ? `/${row.id}` : ''}${queryOf(filter)}`;
  const go = (row: { id: number } | undefined) =>
    row && navigate(pathOf(row), { replace: id !== null });
  const previous = at > 0 ? rows[at - 1] : undefined;
  const next = id === null ? rows[0] : at >= 0 ? rows[at + 1] : undefined;

  async function decide(wish: Wish, of: readonly Told[] = targets) {
    setQuestion(null);
    if (!isAdmin || of.length === 0) return;
    const isOne = of.length === 1 && of[0]?.id === id;
    const results = await work.decide(of, wish);
    const failed = results.filter(isFailed);
    selection.keep(failed.map(({ row }) => row.id));
    const isTaken = failed.length === 0;
    // On to the next without going back to the list; what was undecided is what one came for.
    if (isOne && isTaken && wish.kind !== 'comment' && filter.view === 'open') {
      if (next) go(next);
      else if (previous) go(previous);
      else navigate(pathOf(undefined), { replace: true });
    }
  }

  const ask = (what: Question) =>
    (what === 'help' || (isAdmin && targets.length > 0)) && setQuestion(what);
  useShortcuts({
    j: () => go(next),
    k: () => go(previous),
    down: () => go(next),
    up: () => go(previous),
    x: () => isAdmin && id !== null && selection.toggle(id),
    a: () => void decide({ kind: 'status', status: 'accepted', reason: null }),
    d: () => ask('dismiss'),
    s: () => ask('snooze'),
    '?': () => ask('help'),
    escape: () =>
      selection.rows.length > 0 ? selection.clear() : id !== null && navigate(pathOf(undefined)),
  });

  const list = (
    <List
      query={query}
      rows={rows}
      filter={filter}
      current={id}
      pathOf={pathOf}
      selection={isAdmin ? selection : null}
    />
  );
  return (
    <>
      {id === null || isWide ? (
        <div className={css.split} data-open={id !== null || undefined}>
          <div className={css.listPane}>
            {id === null ? (
              <Page
                title={t.title}
                lead={t.lead}
                actions={<HelpButton onAsk={() => ask('help')} />}
              >
                <Filters filter={filter} onNarrow={narrow} />
                {list}
              </Page>
            ) : (
              <div className={css.stack}>
                <Filters filter={filter} onNarrow={narrow} />
                {list}
              </div>
            )}
          </div>
          {isWide && <div className={css.detailPane}>{id === null ? <Nothing /> : detail(id)}</div>}
        </div>
      ) : (
        detail(id)
      )}
      {selection.rows.length > 0 && (
        <BulkBar
          selection={selection}
          progress={work.progress}
          onAccept={() => void decide({ kind: 'status', status: 'accepted', reason: null })}
          onAsk={setQuestion}
        />
      )}
      <Asking
        question={question}
        targets={targets}
        shortfall={work.shortfall}
        onForget={work.forget}
        onDecide={(wish) => void decide(wish)}
        onClose={() => setQuestion(null)}
      />
    </>
  );

  function detail(of: number) {
    return (
      <Detail
        key={of}
        id={of}
        listed={rows[at] ?? null}
        isBusy={work.progress !== null}
        previous={previous && pathOf(previous)}
        next={next && pathOf(next)}
        back={pathOf(undefined)}
        place={at < 0 ? null : [at + 1, `${rows.length}${query.hasNextPage ? '+' : ''}`]}
        onShown={setShown}
        onDecide={(wish, row) => void decide(wish, [row])}
        onAsk={ask}
      />
    );
  }
}

function HelpButton({ onAsk }: { onAsk: () => void }) {
  const t = useWords(words);
  return (
    <span className={css.forKeyboards}>
      <Button look="quiet" onClick={onAsk}>
        <Icon name="keyboard" />
        {t.help}
      </Button>
    </span>
  );
}

function Nothing() {
  const t = useWords(words);
  return (
    <Empty title={t.choose}>
      <p>{t.chooseText}</p>
    </Empty>
  );
}
