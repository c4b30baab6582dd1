/** Offers a model that has run on nothing yet, or asks it again, to score all the data that is there. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type ModelDetail } from '@/api/client';
import { newKey } from '@/api/keys';
import { useFormat } from '@/i18n/format';
import { sayPeriod } from '@/i18n/period';
import { useWords } from '@/i18n/words';
import { writeInputRef } from '@/pages/executions/input';
import { useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { useAddress } from '@/ui/Filters';
import { Card, Muted, Row, Stack } from '@/ui/Layouts';
import { useAction } from '@/ui/useAction';
import { historyQuery } from './queries';
import { words } from './words';

export function ScoreHistory({ model }: { model: ModelDetail }) {
  const t = useWords(words);
  const format = useFormat();
  const { isAdmin } = useUser();
  const [, change] = useAddress();
  // An answer that got lost does not make a second execution.
  const [key] = useState(newKey);
  const ran = useQuery(historyQuery({ modelId: model.id, limit: 1 }));
  const action = useAction({
    run: (inputRef: string) =>
      api.models.execute.mutate({ modelId: model.id, inputRef, idempotencyKey: key }),
    done: t.asked,
    touches: [['models.history'], ['executions.list'], ['executions.latest']],
    onDone: ({ executionId }) => change('run', String(executionId)),
  });
  const { dataset, history } = model;
  const isNew = ran.data?.length === 0;
  if (!isAdmin || !isNew || model.status === 'deprecated' || !dataset || !history) return null;
  const { windowStart: start, windowEnd: end } = history;
  return (
    <Card title={t.historyTitle}>
      <Stack>
        <Muted>{t.historyText(dataset, sayPeriod(start, end, format, t.span))}</Muted>
        <Row>
          <Button
            look="primary"
            isBusy={action.isBusy}
            onClick={() =>
              action.start(writeInputRef({ dataset, dataVersion: null, from: start, to: end }))
            }
          >
            {t.scoreHistory}
          </Button>
        </Row>
      </Stack>
    </Card>
  );
}
