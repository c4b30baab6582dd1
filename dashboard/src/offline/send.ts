/** Sends one decision, and says in few words what came of it. */
import { api } from '@/api/client';
import { failureOf } from '@/api/errors';
import type { Decision, Standing } from './decisions';

export type Answer =
  | { kind: 'taken' }
  | { kind: 'conflict'; current: Standing }
  | { kind: 'refused'; message: string }
  // Nothing is known: it may have arrived, and is to be sent again under the same key. Either nobody
  // answered, or the platform has a fault or too much to do.
  | { kind: 'silence' }
  | { kind: 'fault'; message: string }
  // Others were in the way; surely nothing was changed, and it will pass.
  | { kind: 'contended' }
  | { kind: 'anonymous' };

export async function send(decision: Decision): Promise<Answer> {
  try {
    await call(decision);
    return { kind: 'taken' };
  } catch (error) {
    return answerOf(error);
  }
}

function call({ recommendationId: id, key: idempotencyKey, seen, change }: Decision) {
  switch (change.kind) {
    case 'status': {
      const { status, reason } = change;
      return api.recommendations.update.mutate({
        id,
        status,
        reason,
        idempotencyKey,
        expectedStatus: seen,
      });
    }
    case 'snooze': {
      const { until, reason } = change;
      return api.recommendations.snooze.mutate({
        id,
        until,
        reason,
        idempotencyKey,
        expectedStatus: seen,
      });
    }
    case 'comment':
      return api.recommendations.comment.mutate({ id, text: change.text, idempotencyKey });
  }
}

function answerOf(error: unknown): Answer {
  const failure = failureOf(error);
  switch (failure.kind) {
    case 'conflict': {
      const current = failure.data.current as Standing | undefined;
      return current
        ? { kind: 'conflict', current }
        : { kind: 'refused', message: failure.message };
    }
    case 'contended':
      return { kind: 'contended' };
    case 'anonymous':
      return { kind: 'anonymous' };
    case 'forbidden':
    case 'absent':
    case 'refused':
      return { kind: 'refused', message: failure.message };
    case 'busy':
    case 'fault':
      return { kind: 'fault', message: failure.message };
    case 'offline':
      return { kind: 'silence' };
  }
}
