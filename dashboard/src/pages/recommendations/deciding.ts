/** Decides, says what came of it, and offers to take it back; on whichever page that is done. */
import type { Recommendation } from '@/api/client';
import type { Change, Problem } from '@/offline/decisions';
import type { Outbox, Outcome } from '@/offline/outbox';
import { isLasting } from '@/offline/store';
import { say } from '@/ui/toasts';
import type { words } from './words';

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

interface Parts {
  outbox: Outbox;
  t: Words;
  onProgress?: (done: number, of: number) => void;
  /** Once it is known what came of all: null where all were taken. */
  onShortfall?: (shortfall: Shortfall | null) => void;
  onUndone?: () => void;
}

export async function decide(
  parts: Parts,
  rows: readonly Result['row'][],
  wish: Wish,
): Promise<readonly Result[]> {
  const outcomes = await parts.outbox.decide(
    rows.map(({ id, title, status }) => ({
      recommendationId: id,
      title,
      seen: status,
      change: wish,
    })),
    (done) => parts.onProgress?.(done, rows.length),
  );
  const results = rows.flatMap((row, index) => {
    const outcome = outcomes[index];
    return outcome ? [{ ...outcome, row }] : [];
  });
  tell(parts, results, wish);
  return results;
}

function tell(parts: Parts, results: readonly Result[], wish: Wish) {
  const { t } = parts;
  const sent = results.filter(({ outcome }) => outcome === 'sent');
  const kept = results.filter(({ outcome }) => outcome === 'kept');
  const failed = results.filter(isFailed);
  parts.onShortfall?.(failed.length > 0 ? { failed, done: sent.length, of: results.length } : null);
  const texts = [
    sent.length > 0 && saidOf(wish, sent.length, t),
    kept.length > 0 && (isLasting() ? t.keptOffline(kept.length) : t.keptInPage),
  ].filter((text) => text !== false);
  if (texts.length === 0) return;
  const first = results[0];
  const canUndo = first && reverseOf(wish, first.row.status) !== null;
  say(
    texts.join(' '),
    canUndo ? { label: t.undo, run: () => void undo(parts, sent, kept, wish) } : undefined,
  );
}

async function undo(parts: Parts, sent: readonly Result[], kept: readonly Result[], wish: Wish) {
  const waiting = new Set(parts.outbox.decisions().map(({ key }) => key));
  // What waited may have been sent meanwhile; then it has to be taken back as well.
  const gone = kept.filter(({ key }) => !waiting.has(key));
  for (const { key } of kept) if (waiting.has(key)) await parts.outbox.discard(key);
  for (const { row } of [...sent, ...gone]) {
    const reverse = reverseOf(wish, row.status);
    const status = wish.kind === 'status' ? wish.status : row.status;
    if (reverse) await decide(parts, [{ ...row, status }], reverse);
  }
  parts.onUndone?.();
}
