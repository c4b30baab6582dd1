/**
 * Decisions on recommendations that were not sent yet, as a list in the order in which they were made. A list
 * is never changed in place.
 */
import type { ReviewStatus } from '@/api/client';

export type Change =
  | { kind: 'status'; status: ReviewStatus; reason: string | null }
  | { kind: 'snooze'; until: string | null; reason: string | null }
  | { kind: 'comment'; text: string };

/** How the recommendation stands at the server, and who decided so; moments in UTC. */
export interface Standing {
  status: ReviewStatus;
  decidedAt: string | null;
  actorName: string | null;
  reason: string | null;
}

export type Problem =
  | { kind: 'conflict'; current: Standing }
  | { kind: 'refused'; message: string };

/** key: the same however often it is sent, so that the server takes it once. seen: what its maker saw. */
export interface Decision {
  key: string;
  recommendationId: number;
  title: string;
  seen: ReviewStatus;
  madeAt: string;
  change: Change;
  tries: number;
  problem: Problem | null;
}

export type Decisions = readonly Decision[];

const isOfState = (decision: Decision) => decision.change.kind !== 'comment';

const isSameState = (a: Decision, b: Decision) =>
  isOfState(a) && isOfState(b) && a.recommendationId === b.recommendationId;

/** The status that a decision leads to. */
export const leadsTo = ({ change, seen }: Decision): ReviewStatus =>
  change.kind === 'status' ? change.status : seen;

/**
 * Adds one. What it replaces goes, if it was never sent; else it may have arrived, and the new one has to
 * follow it.
 */
export function added(list: Decisions, decision: Decision): Decisions {
  if (!isOfState(decision)) return [...list, decision];
  const former = list.filter((each) => isSameState(each, decision));
  const sent = former.filter((each) => each.tries > 0);
  const last = sent.at(-1);
  const seen = last ? leadsTo(last) : (former[0]?.seen ?? decision.seen);
  const kept = list.filter((each) => !former.includes(each) || sent.includes(each));
  const isBack =
    decision.change.kind === 'status' &&
    decision.change.status === seen &&
    !last &&
    former.length > 0;
  return isBack ? kept : [...kept, { ...decision, seen }];
}

export const without = (list: Decisions, key: string): Decisions =>
  list.filter((each) => each.key !== key);

const replaced = (list: Decisions, key: string, changed: (one: Decision) => Decision): Decisions =>
  list.map((each) => (each.key === key ? changed(each) : each));

export const tried = (list: Decisions, key: string) =>
  replaced(list, key, (one) => ({ ...one, tries: one.tries + 1 }));

export const refused = (list: Decisions, key: string, message: string) =>
  replaced(list, key, (one) => ({ ...one, problem: { kind: 'refused', message } }));

/** Somebody else was first. Where they decided the same, only the reason is left to be said. */
export const contradicted = (list: Decisions, key: string, current: Standing): Decisions =>
  list.flatMap((each): Decision[] => {
    if (each.key !== key) return [each];
    const { change } = each;
    if (change.kind !== 'status' || change.status !== current.status) {
      return [{ ...each, problem: { kind: 'conflict', current } }];
    }
    return change.reason
      ? [{ ...each, change: { kind: 'comment', text: change.reason }, tries: 0 }]
      : [];
  });

/** Theirs stands: what was decided here, and what was built on it, goes; remarks stay. */
export function yielded(list: Decisions, key: string): Decisions {
  const one = list.find((each) => each.key === key);
  return one ? list.filter((each) => each !== one && !isSameState(each, one)) : list;
}

/** Mine is to be sent although somebody else decided. */
export const insisted = (list: Decisions, key: string): Decisions =>
  replaced(list, key, (one) =>
    one.problem?.kind === 'conflict'
      ? { ...one, seen: one.problem.current.status, problem: null }
      : { ...one, problem: null },
  );

/**
 * The next to send: one whose recommendation has no decision before it that waits for its maker.
 *
 * later: keys of those that are not to be tried now; what was built on them waits too.
 */
export function nextOf(list: Decisions, later: ReadonlySet<string> = new Set()) {
  const stuck = new Set<number>();
  for (const each of list) {
    const isStuck = isOfState(each) && stuck.has(each.recommendationId);
    if (!each.problem && !later.has(each.key) && !isStuck) return each;
    if (isOfState(each)) stuck.add(each.recommendationId);
  }
  return undefined;
}

export const ofRecommendation = (list: Decisions, id: number): Decisions =>
  list.filter((each) => each.recommendationId === id);

interface Reviewed {
  id: number;
  status: ReviewStatus;
  snoozedUntil: string | null;
}

/** The recommendation as it will stand once everything was sent. */
export function asDecided<T extends Reviewed>(recommendation: T, list: Decisions): T {
  let { status, snoozedUntil } = recommendation;
  for (const { change, problem } of ofRecommendation(list, recommendation.id)) {
    if (problem) continue;
    if (change.kind === 'status') [status, snoozedUntil] = [change.status, null];
    if (change.kind === 'snooze') snoozedUntil = change.until;
  }
  return { ...recommendation, status, snoozedUntil };
}
