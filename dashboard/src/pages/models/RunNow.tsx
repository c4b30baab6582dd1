/** Asks for one execution: which delivery of the dataset, and which window of it. */
import { useState } from 'react';
import { api, type ModelDetail } from '@/api/client';
import { newKey } from '@/api/keys';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { writeInputRef } from '@/pages/executions/input';
import { useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { useAddress } from '@/ui/Filters';
import { Fields, Form, Refused } from '@/ui/Form';
import { Muted } from '@/ui/Layouts';
import { useAction } from '@/ui/useAction';
import { words as uiWords } from '@/ui/words';
import { VersionField } from './VersionField';
import { words } from './words';

export function RunNow({ model }: { model: ModelDetail }) {
  const t = useWords(words);
  const { isAdmin } = useUser();
  // While the dialog is open, so that an answer that got lost does not make a second execution.
  const [key, setKey] = useState<string | null>(null);
  const { dataset } = model;
  if (!isAdmin || model.status === 'deprecated' || dataset === null) return null;
  return (
    <>
      <Button look="primary" onClick={() => setKey(newKey())}>
        {t.runNow}
      </Button>
      {key !== null && (
        <Ask model={model} dataset={dataset} askKey={key} onClose={() => setKey(null)} />
      )}
    </>
  );
}

function Ask({
  model,
  dataset,
  askKey,
  onClose,
}: {
  model: ModelDetail;
  dataset: string;
  askKey: string;
  onClose: () => void;
}) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const isOnline = useIsOnline();
  const [, change] = useAddress();
  const [dataVersion, setDataVersion] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const action = useAction({
    run: (inputRef: string) =>
      api.models.execute.mutate({ modelId: model.id, inputRef, idempotencyKey: askKey }),
    done: t.asked,
    touches: [['models.history'], ['executions.list'], ['executions.latest']],
    onDone: ({ executionId }) => {
      onClose();
      change('run', String(executionId));
    },
  });
  const { failure } = action;
  const problems = action.problemsOf('inputRef');
  const ask = () =>
    action.start(
      writeInputRef({
        dataset,
        dataVersion: dataVersion || null,
        from: from || null,
        to: to || null,
      }),
    );
  return (
    <Dialog title={t.runTitle(`${model.name} ${model.version}`)} onClose={onClose}>
      <Muted>{t.runText}</Muted>
      <Form onSubmit={ask}>
        <TextField label={t.dataset} value={dataset} readOnly />
        <VersionField dataset={dataset} value={dataVersion} onChange={setDataVersion} />
        <Fields>
          <TextField
            label={t.from}
            type="date"
            value={from}
            hint={t.windowHint}
            problems={problems}
            onChange={(event) => setFrom(event.target.value)}
          />
          <TextField
            label={t.to}
            type="date"
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
        </Fields>
        {failure && 'message' in failure && problems.length === 0 && (
          <Refused title={failure.message} problems={[]} />
        )}
        {!isOnline && <Muted>{ui.needsNetwork}</Muted>}
        <Actions>
          <Button type="submit" look="primary" isBusy={action.isBusy} disabled={!isOnline}>
            {t.run}
          </Button>
          <Button onClick={onClose}>{ui.cancel}</Button>
        </Actions>
      </Form>
    </Dialog>
  );
}
