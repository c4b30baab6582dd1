/** A model by fields, in four steps; what the server refuses stands at the field that it is about. */
import { useState } from 'react';
import type { NewModel, Runtime } from '@/api/client';
import { problemsBeside, problemsUnder } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { Disclosure } from '@/ui/Disclosure';
import { Form, Group, Refused } from '@/ui/Form';
import { JsonField } from '@/ui/JsonField';
import { Card, Row } from '@/ui/Layouts';
import { type Draft, inputOf } from './draft';
import { Identity } from './Identity';
import { Method } from './Method';
import { Params } from './Params';
import type { PartProps } from './part';
import { Reads } from './Reads';
import type { Way } from './useWay';
import { words } from './words';

const SCHEMAS = ['inputSchema', 'outputSchema'] as const;
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
  const badIn = (name: (typeof SCHEMAS)[number]) => [
    ...(broken.includes(name) ? [t.broken] : []),
    ...problemsAt(name),
  ];
  const lacksDataset = isAsked && draft.dataset === '';
  return (
    <Form onSubmit={() => send(way.register)}>
      <Card>
        <Reads {...part} lacksDataset={lacksDataset} />
      </Card>
      <Card>
        <Method {...part} />
      </Card>
      <Card>
        <Params {...part} isBroken={broken.includes('moreParams')} />
      </Card>
      <Card>
        <Group legend={t.model}>
          <Identity {...part} />
          <Disclosure label={t.schemas} isOpen={SCHEMAS.some((name) => badIn(name).length > 0)}>
            {SCHEMAS.map((name) => (
              <JsonField
                key={name}
                label={t[name]}
                hint={t.schemaHint}
                value={draft[name]}
                rows={10}
                problems={badIn(name)}
                onChange={(text) => set({ [name]: text })}
              />
            ))}
          </Disclosure>
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
