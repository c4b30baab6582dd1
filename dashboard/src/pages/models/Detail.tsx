/** One version of a model: what it is, what it found last, and everything it did. */
import { useQuery } from '@tanstack/react-query';
import type { ModelDetail } from '@/api/client';
import { failureOf } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Absent } from '@/ui/Absent';
import { Card, Muted, Page, Row } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { Tabs, useTab } from '@/ui/Tabs';
import { ModelBadges } from './Badges';
import { BacktestPart } from './backtest/BacktestPart';
import { backtestWords } from './backtest/words';
import { Configuration } from './Configuration';
import { History } from './History';
import { Live } from './Live';
import { Overview } from './Overview';
import { modelQuery } from './queries';
import { RunNow } from './RunNow';
import { Running } from './Running';
import { Schema } from './Schema';
import { ScoreHistory } from './ScoreHistory';
import { StatusActions } from './StatusActions';
import { Versions } from './Versions';
import { words } from './words';

export function Detail({ id }: { id: number }) {
  const t = useWords(words);
  const query = useQuery(modelQuery(id));
  if (query.isError && failureOf(query.error).kind === 'absent') {
    return <Absent title={t.absent} back="/models" backTo={t.title} />;
  }
  const model = query.data;
  return (
    <Page
      title={model ? `${model.name} ${model.version}` : t.title}
      actions={model && <RunNow model={model} />}
      lead={model?.description}
    >
      <Loaded query={query} height={40}>
        {(found) => <Found model={found} />}
      </Loaded>
    </Page>
  );
}

function Found({ model }: { model: ModelDetail }) {
  const t = useWords(words);
  const backtest = useWords(backtestWords);
  const { isAdmin } = useUser();
  const tabs = [
    { name: 'overview', label: t.overview },
    { name: 'backtest', label: backtest.title },
    { name: 'live', label: t.live },
    { name: 'history', label: t.history },
    { name: 'schemas', label: t.schemas },
    { name: 'configuration', label: t.configuration },
    { name: 'versions', label: t.versions },
  ] as const;
  const tab = useTab(tabs);
  return (
    <>
      <Row>
        <ModelBadges type={model.type} status={model.status} />
        {isAdmin && <StatusActions model={model} />}
      </Row>
      <Running />
      {model.lacks.length > 0 && (
        <Card title={t.lacksTitle}>
          <ul>
            {model.lacks.map(({ code, message }) => (
              <li key={code}>{message}</li>
            ))}
          </ul>
        </Card>
      )}
      {model.warnings.length > 0 && (
        <Card title={t.warningsTitle}>
          <ul>
            {model.warnings.map(({ code, message }) => (
              <li key={code}>{message}</li>
            ))}
          </ul>
        </Card>
      )}
      <ScoreHistory model={model} />
      {isAdmin && model.status === 'draft' && model.lacks.length === 0 && (
        <Card title={t.draftTitle}>
          <Muted>{t.draftText}</Muted>
        </Card>
      )}
      <Tabs label={t.parts} tabs={tabs} current={tab} />
      {tab === 'overview' && <Overview model={model} />}
      {tab === 'backtest' && <BacktestPart model={model} />}
      {tab === 'live' && <Live model={model} />}
      {tab === 'history' && <History modelId={model.id} />}
      {tab === 'schemas' && (
        <>
          <Schema title={t.input} schema={model.inputSchema} />
          <Schema title={t.outputSchema} schema={model.outputSchema} />
        </>
      )}
      {tab === 'configuration' && <Configuration config={model.config} />}
      {tab === 'versions' && <Versions model={model} />}
    </>
  );
}
