/** A panel that is not saved yet, with its real data; it follows what is typed with a short delay. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { failureOf } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { Failed, Skeleton } from '@/ui/States';
import css from '../dashboards.module.css';
import { panelPreview } from '../queries';
import { heightOf, PanelBody } from '../view/PanelBody';
import { words } from '../words';
import type { DraftPanel } from './draft';

const DELAY_MS = 500;

/** The value as it was once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), DELAY_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

export const usePreview = (queryConfig: Record<string, unknown>) =>
  useQuery(panelPreview(useSettled(queryConfig)));

export function Preview({ panel }: { panel: DraftPanel }) {
  const query = usePreview(panel.queryConfig);
  return <PreviewBody panel={panel} query={query} />;
}

export function PreviewBody({
  panel,
  query,
}: {
  panel: DraftPanel;
  query: ReturnType<typeof usePreview>;
}) {
  const t = useWords(words);
  const { data, error } = query;
  if (error) {
    const failure = failureOf(error);
    return failure.kind === 'refused' ? (
      <p className={css.problem}>{t.notYet(failure.message.replace(/^queryConfig\.?:? ?/, ''))}</p>
    ) : (
      <Failed error={error} onRetry={() => void query.refetch()} />
    );
  }
  if (!data) return <Skeleton height={heightOf(panel)} />;
  // Until the answer to a new kind is there, the former one has no such chart.
  const isOther = data.chart ? data.chart.type !== panel.type : isChart(panel);
  return isOther && query.isPlaceholderData ? (
    <Skeleton height={heightOf(panel)} />
  ) : (
    <PanelBody panel={panel} data={data} />
  );
}

const isChart = ({ type }: DraftPanel) => type !== 'table' && type !== 'metric';
