/** From "load" to the first recommendation: where it stands, what came of it, and where to go. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { LoadProgress } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { ButtonLink } from '@/ui/Button';
import { Refused } from '@/ui/Form';
import { Card, Muted, Row, Stack } from '@/ui/Layouts';
import { Steps } from '@/ui/Steps';
import css from './add.module.css';
import { STAGES, stageOf } from './stages';
import { words } from './words';

export function Way({ progress }: { progress: LoadProgress }) {
  const t = useWords(words);
  const stage = stageOf(progress);
  useRefreshed(progress.isDone);
  return (
    <Card title={t.progress}>
      <Stack>
        <Steps
          label={t.progress}
          steps={STAGES.map((each) => t.stepNames[each])}
          reached={STAGES.indexOf(stage)}
          isFailed={progress.refusal !== null}
          now={t.stepNames[stage]}
        />
        {progress.refusal && <Refused title={t.failed} problems={[progress.refusal.message]} />}
        {stage === 'queued' && <Muted>{t.workerSlow}</Muted>}
        <SoFar progress={progress} />
        {progress.isDone && <WhereTo progress={progress} />}
      </Stack>
    </Card>
  );
}

function SoFar({ progress }: { progress: LoadProgress }) {
  const t = useWords(words);
  const format = useFormat();
  const { rowCount, dataset, executions, executionsEnded, executionsFailed } = progress;
  if (rowCount === null || dataset === null) return null;
  return (
    <>
      <p className={css.said}>{t.loaded(format.number(rowCount), dataset)}</p>
      {executions > 0 && (
        <p>
          {t.scored(format.number(executionsEnded), format.number(executions))}
          {executionsFailed > 0 && ` ${t.someFailed(format.number(executionsFailed))}`}
        </p>
      )}
      {executions === 0 && progress.isDone && progress.refusal === null && <p>{t.noModel}</p>}
    </>
  );
}

function WhereTo({ progress }: { progress: LoadProgress }) {
  const t = useWords(words);
  const format = useFormat();
  const { recommendations, firstRecommendation, dataset } = progress;
  const hasAdvice = firstRecommendation !== null;
  return (
    <>
      <p>
        <b>{hasAdvice ? t.found(format.number(recommendations)) : t.nothingFound}</b>
      </p>
      <Row>
        {hasAdvice && (
          <>
            <ButtonLink href={`/recommendations/${firstRecommendation}`} look="primary">
              {t.openFirst}
            </ButtonLink>
            <ButtonLink href="/recommendations">{t.openInbox}</ButtonLink>
          </>
        )}
        {dataset !== null && (
          <ButtonLink href={`/datasets/${encodeURIComponent(dataset)}`}>{t.openDataset}</ButtonLink>
        )}
        <ButtonLink href="/add">{t.another}</ButtonLink>
      </Row>
    </>
  );
}

/** What the app knew of data and advice before is read again. */
function useRefreshed(isDone: boolean) {
  const queries = useQueryClient();
  useEffect(() => {
    if (!isDone) return;
    for (const key of [
      'datasets.list',
      'recommendations.list',
      'dashboards.list',
      'reports.list',
    ]) {
      void queries.invalidateQueries({ queryKey: [key] });
    }
  }, [isDone, queries]);
}
