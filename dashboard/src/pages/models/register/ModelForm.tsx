/** A model by fields; what the server refuses stands at the field that it is about. */
import { useState } from 'react';
import type { ModelType, NewModel, Runtime } from '@/api/client';
import { problemsBeside, problemsUnder } from '@/api/errors';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { AreaField, SelectField, TextField } from '@/ui/Field';
import { Fields, Form, Group, Refused } from '@/ui/Form';
import { JsonField } from '@/ui/JsonField';
import { Card, Row } from '@/ui/Layouts';
import { type Draft, inputOf, runtimesOf } from './draft';
import { Params } from './Params';
import { Reads } from './Reads';
import type { Way } from './Register';
import { words } from './words';

export interface PartProps {
  draft: Draft;
  set: (changed: Partial<Draft>) => void;
  /** What was refused at that path of the input, or under it. */
  problemsAt: (path: string) => string[];
  runtimes: readonly Runtime[];
}

const AT_FIELDS = [
  ...['name', 'version', 'type', 'description', 'inputSchema', 'outputSchema'],
  ...['config.dataset', 'config.input', 'config.runtime', 'config.params', 'config.trigger'],
  ...['config.quality_threshold', 'config.advice'],
];

export function ModelForm({
  draft,
  onChange,
  way,
  runtimes,
}: {
  draft: Draft;
  onChange: (draft: Draft) => void;
  way: Way;
  runtimes: readonly Runtime[];
}) {
  const t = useWords(words);
  const isOnline = useIsOnline();
  const [broken, setBroken] = useState<readonly string[]>([]);
  const [isAsked, setAsked] = useState(false);
  const set = (changed: Partial<Draft>) => onChange({ ...draft, ...changed });
  const problemsAt = (path: string) => problemsUnder(way.issues, path);
  const send = (to: (input: NewModel) => void) => {
    setAsked(true);
    const read = inputOf(draft, runtimes);
    setBroken(read.broken);
    if (read.input) to(read.input);
  };
  const part: PartProps = { draft, set, problemsAt, runtimes };
  const beside = problemsBeside(way.issues, AT_FIELDS);
  const lacksDataset = isAsked && draft.dataset === '';
  return (
    <Form onSubmit={() => send(way.register)}>
      <Identity {...part} />
      <Card>
        <Reads {...part} lacksDataset={lacksDataset} />
      </Card>
      <Card>
        <Params {...part} isBroken={broken.includes('moreParams')} />
      </Card>
      <RunsAndAdvises {...part} />
      <Card>
        <Group legend={t.schemas}>
          {(['inputSchema', 'outputSchema'] as const).map((name) => (
            <JsonField
              key={name}
              label={t[name]}
              hint={t.schemaHint}
              value={draft[name]}
              rows={10}
              problems={[...(broken.includes(name) ? [t.broken] : []), ...problemsAt(name)]}
              onChange={(text) => set({ [name]: text })}
            />
          ))}
        </Group>
      </Card>
      {(beside.length > 0 || way.message) && (
        <Refused title={way.message ?? t.refused} problems={beside} />
      )}
      <Row>
        <Button type="submit" look="primary" isBusy={way.isBusy} disabled={!isOnline}>
          {t.register}
        </Button>
        <Button isBusy={way.isBusy} disabled={!isOnline} onClick={() => send(way.check)}>
          {t.check}
        </Button>
      </Row>
    </Form>
  );
}

function Identity({ draft, set, problemsAt, runtimes }: PartProps) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const changeType = (type: ModelType) =>
    set({
      type,
      runtime: runtimesOf(type, runtimes)[0]?.name ?? '',
      params: {},
      moreParams: '{}',
    });
  const types = [...new Set(runtimes.map((each) => each.type))];
  return (
    <Card>
      <Group legend={t.model}>
        <Fields>
          <TextField
            label={t.name}
            required
            maxLength={255}
            value={draft.name}
            problems={problemsAt('name')}
            onChange={(event) => set({ name: event.target.value })}
          />
          <TextField
            label={t.version}
            hint={t.versionHint}
            required
            value={draft.version}
            problems={problemsAt('version')}
            onChange={(event) => set({ version: event.target.value })}
          />
          <SelectField
            label={t.type}
            value={draft.type}
            problems={problemsAt('type')}
            onChange={(event) => changeType(event.target.value as ModelType)}
            options={types.map((value) => ({ value, label: named.model_type[value] }))}
          />
        </Fields>
        <AreaField
          label={t.description}
          value={draft.description}
          maxLength={10_000}
          problems={problemsAt('description')}
          onChange={(event) => set({ description: event.target.value })}
        />
      </Group>
    </Card>
  );
}

function RunsAndAdvises({ draft, set, problemsAt }: PartProps) {
  const t = useWords(words);
  return (
    <Card>
      <Group legend={t.runs}>
        <Fields>
          <SelectField
            label={t.runsOn}
            value={draft.runsOn}
            problems={problemsAt('config.trigger')}
            onChange={(event) => set({ runsOn: event.target.value as Draft['runsOn'] })}
            options={[
              { value: 'request', label: t.onRequest },
              { value: 'dataset_update', label: t.onUpdate },
            ]}
          />
          <TextField
            label={t.threshold}
            hint={t.thresholdHint}
            inputMode="decimal"
            value={draft.threshold}
            problems={problemsAt('config.quality_threshold')}
            onChange={(event) => set({ threshold: event.target.value })}
          />
        </Fields>
        <Fields>
          <TextField
            label={t.action}
            value={draft.action}
            problems={problemsAt('config.advice')}
            onChange={(event) => set({ action: event.target.value })}
          />
          <TextField
            label={t.owner}
            value={draft.owner}
            onChange={(event) => set({ owner: event.target.value })}
          />
        </Fields>
      </Group>
    </Card>
  );
}
