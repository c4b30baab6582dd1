/** Decides, says what came of it, and offers to take it back. */
import { useState } from 'react';
import type { Recommendation } from '@/api/client';
import { useWords } from '@/i18n/words';
import type { Change, Problem } from '@/offline/decisions';
import type { Outcome } from '@/offline/outbox';
import { isLasting } from '@/offline/store';
import { useOutbox } from '@/offline/useOutbox';
import { say } from '@/ui/toasts';
import { words } from './words';

export type Wish = Change;

export interface Result {
  key: string;
  outcome: Outcome;
  /** Why it was not taken. */
  problem: Problem | null;
  row: Pick<Recommendation, 'id' | 'title' | 'status'>;
}

/** What came of many at once, where some of them were not taken. */
export interface Shortfall {
  failed: readonly Result[];
  done: number;
  of: number;
}

export const isFailed = ({ outcome }: Result) => outcome === 'conflict' || outcome === 'refused';

type Words = (typeof words)['en'];

function saidOf(wish: Wish, n: number, { said }: Words): string {
  if (wish.kind === 'comment') return said.comment();
  if (wish.kind === 'snooze') return wish.until ? said.snooze(n) : said.wake(n);
  return said[wish.status](n);
}

/** What takes a decision back that was made on something of that status; null where nothing does. */
function reverseOf(wish: Wish, before: Recommendation['status']): Wish | null {
  if (wish.kind === 'comment') return null;
  if (wish.kind === 'snooze') return wish.until ? { ...wish, until: null, reason: null } : null;
  return { kind: 'status', status: before, reason: null };
}

export function useDecide() {
  const t = useWords(words);
  const { outbox } = useOutbox();
  const [progress, setProgress] = useState<{ done: number; of: number } | null>(null);
  const [shortfall, setShortfall] = useState<Shortfall | null>(null);

  async function decide(rows: readonly Result['row'][], wish: Wish): Promise<readonly Result[]> {
    setProgress({ done: 0, of: rows.length });
    try {
      const outcomes = await outbox.decide(
        rows.map(({ id, title, status }) => ({
          recommendationId: id,
          title,
          seen: status,
          change: wish,
        })),
        (done) => setProgress({ done, of: rows.length }),
      );
      const results = rows.flatMap((row, index) => {
        const outcome = outcomes[index];
        return outcome ? [{ ...outcome, row }] : [];
      });
      tell(results, wish);
      return results;
    } finally {
      setProgress(null);
    }
  }

  function tell(results: readonly Result[], wish: Wish) {
    const sent = results.filter(({ outcome }) => outcome === 'sent');
    const kept = results.filter(({ outcome }) => outcome === 'kept');
    const failed = results.filter(isFailed);
    setShortfall(failed.length > 0 ? { failed, done: sent.length, of: results.length } : null);
    const texts = [
      sent.length > 0 && saidOf(wish, sent.length, t),
      kept.length > 0 && (isLasting() ? t.keptOffline(kept.length) : t.keptInPage),
    ].filter((text) => text !== false);
    if (texts.length === 0) return;
    const first = results[0];
    const canUndo = first && reverseOf(wish, first.row.status) !== null;
    say(
      texts.join(' '),
      canUndo ? { label: t.undo, run: () => void undo(sent, kept, wish) } : undefined,
    );
  }

  async function undo(sent: readonly Result[], kept: readonly Result[], wish: Wish) {
    const waiting = new Set(outbox.decisions().map(({ key }) => key));
    // What waited may have been sent meanwhile; then it has to be taken back as well.
    const gone = kept.filter(({ key }) => !waiting.has(key));
    for (const { key } of kept) if (waiting.has(key)) await outbox.discard(key);
    for (const { row } of [...sent, ...gone]) {
      const reverse = reverseOf(wish, row.status);
      const status = wish.kind === 'status' ? wish.status : row.status;
      if (reverse) await decide([{ ...row, status }], reverse);
    }
  }

  return { decide, progress, shortfall, forget: () => setShortfall(null) };
}
