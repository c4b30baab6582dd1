/** A series as the version scored it over all its runs: what was, what was expected, and what left the band. */
import { useQuery } from '@tanstack/react-query';
import type { ModelDetail } from '@/api/client';
import { BandChart } from '@/charts';
import { useWords } from '@/i18n/words';
import { saySeries } from '@/pages/executions/input-words';
import { seriesQuery } from '@/pages/executions/queries';
import { SeriesChoice } from '@/pages/executions/SeriesChoice';
import { words as executionWords } from '@/pages/executions/words';
import { useAddress } from '@/ui/Filters';
import { Muted, Stack } from '@/ui/Layouts';
import { Empty, Failed, Loaded } from '@/ui/States';
import { modelSeriesQuery } from './queries';
import { words } from './words';

const HEIGHT_REM = 27;

export function Scored({ executionId, model }: { executionId: number; model: ModelDetail }) {
  const t = useWords(words);
  const says = useWords(executionWords);
  const [read] = useAddress();
  const latest = useQuery(
    seriesQuery(executionId, read('series') || null, read('measure') || null),
  );
  const chosen = latest.data?.chosen;
  const points = useQuery(
    modelSeriesQuery(
      chosen
        ? {
            model: model.name,
            version: model.version,
            uniqueId: chosen.uniqueId,
            measure: chosen.measure,
          }
        : null,
    ),
  );
  if (latest.data && !chosen) return <Empty title={t.noScored} />;
  if (latest.isError && !latest.data) {
    return <Failed error={latest.error} onRetry={() => void latest.refetch()} />;
  }
  return (
    <Loaded query={points} height={HEIGHT_REM}>
      {() =>
        latest.data &&
        chosen &&
        points.data && (
          <Stack>
            <SeriesChoice found={latest.data} />
            <Muted>{t.scoredText}</Muted>
            <BandChart
              title={says.chartTitle(chosen.label, saySeries(chosen.uniqueId, says))}
              unit={latest.data.unit}
              points={points.data}
              zone={says.zone(latest.data.timeZone)}
            />
          </Stack>
        )
      }
    </Loaded>
  );
}
