/** A panel that is not saved yet, with its real data. */
import type { PanelData } from '@/api/client';
import { failureOf } from '@/api/errors';
import type { Days } from '@/charts';
import { useWords } from '@/i18n/words';
import { Problem } from '@/query/Problem';
import { usePreview, withoutInput } from '@/query/usePreview';
import { Failed, Skeleton } from '@/ui/States';
import { Ended } from '../view/Ended';
import { heightOf, PanelBody } from '../view/PanelBody';
import { words } from '../words';
import type { DraftPanel } from './draft';

export function Preview({ panel }: { panel: DraftPanel }) {
  const query = usePreview(panel.queryConfig);
  return <PreviewBody panel={panel} query={query} />;
}

export function PreviewBody({
  panel,
  query,
  onShow,
}: {
  panel: DraftPanel;
  query: ReturnType<typeof usePreview>;
  /** Takes the days that have data; undefined where the period cannot be changed here. */
  onShow?: ((days: Days) => void) | undefined;
}) {
  const t = useWords(words);
  const { data, error } = query;
  if (error) {
    const failure = failureOf(error);
    return failure.kind === 'refused' ? (
      <Problem isQuiet>{t.notYet(withoutInput(failure.message))}</Problem>
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
    <Body panel={panel} data={data} onShow={onShow} />
  );
}

const Body = ({
  panel,
  data,
  onShow,
}: {
  panel: DraftPanel;
  data: PanelData;
  onShow: ((days: Days) => void) | undefined;
}) =>
  data.stretch ? (
    <Ended stretch={data.stretch} onShow={onShow} />
  ) : (
    <PanelBody panel={panel} data={data} view="chart" />
  );

const isChart = ({ type }: DraftPanel) => type !== 'table' && type !== 'metric';
