/** What a version would have told of the history: asked for, followed, cancelled, and shown once it is done. */
import { useQuery } from '@tanstack/react-query';
import { api, type Backtest, type ModelDetail } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Card, Muted, Row, Stack } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { useAction } from '@/ui/useAction';
import css from './backtest.module.css';
import { Made } from './Made';
import { backtestsQuery, isOpen } from './queries';
import { backtestWords } from './words';

export function BacktestPart({ model }: { model: ModelDetail }) {
  const query = useQuery(backtestsQuery(model.id));
  return (
    <Loaded query={query} height={20}>
      {(found) => <Found model={model} found={found} />}
    </Loaded>
  );
}

function Found({ model, found }: { model: ModelDetail; found: readonly Backtest[] }) {
  const t = useWords(backtestWords);
  const [latest] = found;
  const done = found.find(({ status }) => status === 'done');
  return (
    <>
      <Card title={t.title}>
        <Stack>
          <Muted>{t.lead}</Muted>
          {latest === undefined && (
            <p>
              <strong>{t.none}.</strong> {t.noneText}
            </p>
          )}
          {latest?.status === 'cancelled' && <p role="status">{t.cancelled}</p>}
          {latest?.status === 'failed' && (
            <p role="alert">
              <strong>{t.failed}.</strong> {latest.message}
            </p>
          )}
          {latest && isOpen(latest) ? (
            <UnderWay backtest={latest} />
          ) : (
            <Ask model={model} isAgain={latest !== undefined} />
          )}
        </Stack>
      </Card>
      {/* Why it is not compared with the active version. */}
      {done?.message && <p role="note">{done.message}</p>}
      {done?.isStale && <p role="note">{t.stale}</p>}
      {done && <Made key={done.id} id={done.id} />}
    </>
  );
}

function Ask({ model, isAgain }: { model: ModelDetail; isAgain: boolean }) {
  const t = useWords(backtestWords);
  const { isAdmin } = useUser();
  const action = useAction({
    run: (modelId: number) => api.models.backtest.mutate({ modelId }),
    done: t.asked,
    touches: [['models.backtests']],
  });
  if (!isAdmin) return <Muted>{t.mayNot}</Muted>;
  if (model.lacks.length > 0) return null;
  return (
    <Row>
      <Button
        look={isAgain ? 'plain' : 'primary'}
        isBusy={action.isBusy}
        onClick={() => action.start(model.id)}
      >
        {isAgain ? t.again : t.make}
      </Button>
    </Row>
  );
}

function UnderWay({ backtest }: { backtest: Backtest }) {
  const t = useWords(backtestWords);
  const format = useFormat();
  const { isAdmin } = useUser();
  const action = useAction({
    run: (backtestId: number) => api.models.cancelBacktest.mutate({ backtestId }),
    done: t.cancelling,
    touches: [['models.backtests']],
  });
  const label = backtest.status === 'queued' ? t.queued : t.running;
  return (
    <Stack>
      <p>
        {/* What is inside is read aloud whenever it changes; how far it is, <progress> says when asked. */}
        <span role="status">{label}</span> ({format.percent(Math.round(100 * backtest.progress))})
      </p>
      <progress className={css.progress} aria-label={label} max={1} value={backtest.progress} />
      {isAdmin && (
        <Row>
          <Button isBusy={action.isBusy} onClick={() => action.start(backtest.id)}>
            {t.cancel}
          </Button>
        </Row>
      )}
    </Stack>
  );
}
