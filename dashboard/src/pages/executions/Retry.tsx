/** The same version on the same input once more. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type ExecutionDetail } from '@/api/client';
import { newKey } from '@/api/keys';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { useAction } from '@/ui/useAction';
import { words as uiWords } from '@/ui/words';
import { words } from './words';

export function Retry({ execution }: { execution: ExecutionDetail }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const { isAdmin } = useUser();
  const [, navigate] = useLocation();
  // While the question stands, so that an answer that got lost does not make a second execution.
  const [key, setKey] = useState<string | null>(null);
  const { id, modelId, inputRef, status } = execution;
  const action = useAction({
    run: (ref: string) =>
      api.models.execute.mutate({
        modelId,
        inputRef: ref,
        idempotencyKey: key,
      }),
    done: t.asked,
    touches: [['executions.list'], ['models.history']],
    onDone: ({ executionId }) => navigate(`/executions/${executionId}`),
  });
  if (!isAdmin || status === 'running' || inputRef === null) return null;
  return (
    <>
      <Button onClick={() => setKey(newKey())}>{t.retry}</Button>
      {key !== null && (
        <Confirm
          title={`${t.retry}${ui.colon}${t.one(id)}`}
          text={t.retryText}
          act={t.retry}
          isBusy={action.isBusy}
          onConfirm={() => action.start(inputRef)}
          onClose={() => setKey(null)}
        />
      )}
    </>
  );
}
