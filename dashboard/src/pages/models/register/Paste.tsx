/** A model as JSON; what the server refuses is told under it with the path of each value. */
import { useState } from 'react';
import type { NewModel } from '@/api/client';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { Form, Refused } from '@/ui/Form';
import { JsonField } from '@/ui/JsonField';
import { type JsonObject, readObject } from '@/ui/json';
import { Card, Row } from '@/ui/Layouts';
import type { Way } from './useWay';
import { words } from './words';

const FILE_KEYS: Record<string, string> = {
  input_schema: 'inputSchema',
  output_schema: 'outputSchema',
};

/** A model's file spells two keys otherwise than the API. */
const asInput = (pasted: JsonObject) =>
  Object.fromEntries(
    Object.entries(pasted).map(([key, value]) => [FILE_KEYS[key] ?? key, value]),
  ) as unknown as NewModel;

export function Paste({
  text,
  onChange,
  onForm,
  way,
}: {
  text: string;
  onChange: (text: string) => void;
  onForm: (model: JsonObject) => void;
  way: Way;
}) {
  const t = useWords(words);
  const isOnline = useIsOnline();
  const [isBroken, setIsBroken] = useState(false);
  const use = (what: (model: JsonObject) => void) => {
    const [model] = readObject(text);
    setIsBroken(model === null);
    if (model !== null) what(model);
  };
  return (
    <Form onSubmit={() => use((model) => way.register(asInput(model)))}>
      <Card>
        <JsonField
          label={t.pasted}
          hint={t.pastedHint}
          value={text}
          rows={24}
          problems={[
            ...(isBroken ? [t.broken] : []),
            ...way.issues.map(({ path, message }) =>
              path.length > 0 ? `${path.join('.')}: ${message}` : message,
            ),
          ]}
          onChange={(changed) => {
            setIsBroken(false);
            onChange(changed);
          }}
        />
      </Card>
      {way.message && <Refused title={way.message} problems={[]} />}
      <Row>
        <Button type="submit" look="primary" isBusy={way.isBusy} disabled={!isOnline}>
          {t.register}
        </Button>
        <Button
          isBusy={way.isBusy}
          disabled={!isOnline}
          onClick={() => use((model) => way.check(asInput(model)))}
        >
          {t.check}
        </Button>
        <Button look="quiet" onClick={() => use(onForm)}>
          {t.toForm}
        </Button>
      </Row>
    </Form>
  );
}
