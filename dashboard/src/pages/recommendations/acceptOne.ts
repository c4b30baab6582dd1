/** Accepts one recommendation from a page that shows it in a line. */
import type { QueryClient } from '@tanstack/react-query';
import { outboxIn } from '@/offline/useOutbox';
import { preferences } from '@/session/preferences';
import { say } from '@/ui/toasts';
import { decide, isFailed, type Result } from './deciding';
import { words } from './words';

/** onBack: it waits again, for that was undone or refused. */
export async function acceptOne(
  queries: QueryClient,
  userId: number,
  row: Result['row'],
  onBack: () => void,
): Promise<void> {
  const t = words.within(preferences().language);
  const parts = { outbox: outboxIn(queries, userId), t, onUndone: onBack };
  const [result] = await decide(parts, [row], { kind: 'status', status: 'accepted', reason: null });
  if (!result || !isFailed(result)) return;
  const { problem } = result;
  say(problem?.kind === 'refused' ? t.refusedFor(problem.message) : t.lostRace);
  onBack();
}
