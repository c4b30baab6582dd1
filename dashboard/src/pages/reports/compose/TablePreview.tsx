/** What one table gives now: its first chart, else its rows. */

import type { QueryConfig } from '@/api/client';
import { failureOf } from '@/api/errors';
import { DataTable, PanelChart } from '@/charts';
import { useWords } from '@/i18n/words';
import { Problem } from '@/query/Problem';
import { type usePreview, withoutInput } from '@/query/usePreview';
import { words as queryWords } from '@/query/words';
import { Muted, Stack } from '@/ui/Layouts';
import { Failed, Skeleton } from '@/ui/States';
import { chartsOf } from './tables';

const HEIGHT_REM = 22;

export function TablePreview({
  config,
  name,
  query,
}: {
  config: QueryConfig;
  name: string;
  query: ReturnType<typeof usePreview>;
}) {
  const q = useWords(queryWords);
  const { data, error } = query;
  if (error) {
    const failure = failureOf(error);
    return failure.kind === 'refused' ? (
      <Problem isQuiet>{q.notYet(withoutInput(failure.message))}</Problem>
    ) : (
      <Failed error={error} onRetry={() => void query.refetch()} />
    );
  }
  if (!data) return <Skeleton height={HEIGHT_REM} />;
  const title = data.title || config.datasets[name]?.title || name;
  const isChart = chartsOf(config, name).length > 0;
  return (
    <Stack>
      {data.filters.length > 0 && <Muted>{data.filters.join(' · ')}</Muted>}
      {isChart && data.chart ? (
        <PanelChart title={title} data={data} />
      ) : (
        <DataTable caption={title} data={data} height={HEIGHT_REM} />
      )}
    </Stack>
  );
}
