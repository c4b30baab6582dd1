/** The execution that was asked for on this page (`?run=`), until it has ended and what came of it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'wouter';
import type { ExecutionDetail } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import css from '@/pages/executions/executions.module.css';
import { executionQuery } from '@/pages/executions/queries';
import { Progress } from '@/pages/executions/Status';
import { Button } from '@/ui/Button';
import { useAddress } from '@/ui/Filters';
import { Card, Muted, Row, Stack } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { words as uiWords } from '@/ui/words';
import { words } from './words';

export function Running() {
  const [read] = useAddress();
  const id = Number(read('run'));
  return Number.isInteger(id) && id > 0 ? <Run id={id} /> : null;
}

function Run({ id }: { id: number }) {
  const t = useWords(words);
  const [, change] = useAddress();
  const query = useQuery(executionQuery(id));
  useRefreshed(query.data?.status);
  return (
    <Card
      title={t.progress}
      aside={
        <Button look="quiet" onClick={() => change('run', '')}>
          {t.hide}
        </Button>
      }
    >
      <Loaded query={query} height={6}>
        {(execution) => (
          <Stack>
            <Progress execution={execution} />
            {execution.status === 'running' ? (
              <Muted>{t.waiting}</Muted>
            ) : (
              <Result of={execution} />
            )}
            <Row>
              <Link href={`/executions/${id}`}>{t.openExecution(id)}</Link>
            </Row>
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}

function Result({ of }: { of: ExecutionDetail }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const format = useFormat();
  return of.status === 'failed' ? (
    <p className={of.supersededBy === null ? css.error : ''}>{of.errorMsg}</p>
  ) : (
    <p>
      {t.result(of.findings.length)}
      {of.durationMs !== null && ` ${t.duration}${ui.colon}${format.duration(of.durationMs)}.`}
    </p>
  );
}

/** What is shown of the model's runs is read again once this one has ended. */
function useRefreshed(status: string | undefined) {
  const queries = useQueryClient();
  useEffect(() => {
    if (status === undefined || status === 'running') return;
    for (const key of ['executions.list', 'executions.latest', 'models.history']) {
      void queries.invalidateQueries({ queryKey: [key] });
    }
  }, [status, queries]);
}
