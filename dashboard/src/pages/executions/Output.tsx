/** One series of an execution's output: what was, what was expected, and what left the band. */
import { useQuery } from '@tanstack/react-query';
import type { ExecutionSeries } from '@/api/client';
import { BandChart } from '@/charts';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { useAddress } from '@/ui/Filters';
import { Muted, Stack } from '@/ui/Layouts';
import { Empty, Loaded } from '@/ui/States';
import { saySeries } from './input-words';
import { seriesQuery } from './queries';
import { SeriesChoice } from './SeriesChoice';
import { words } from './words';

const HEIGHT_REM = 27;

export function Output({ executionId }: { executionId: number }) {
  const t = useWords(words);
  const [read] = useAddress();
  const query = useQuery(seriesQuery(executionId, read('series') || null, read('measure') || null));
  return (
    <Loaded
      query={query}
      height={HEIGHT_REM}
      isEmpty={(found) => found.chosen === null}
      empty={
        <Empty title={t.noOutput}>
          <p>{t.noOutputText}</p>
        </Empty>
      }
    >
      {(found) => <Plot found={found} />}
    </Loaded>
  );
}

function Plot({ found }: { found: ExecutionSeries }) {
  const t = useWords(words);
  const format = useFormat();
  const { chosen, series, seriesTotal } = found;
  if (chosen === null) return null;
  const left = seriesTotal - series.length;
  return (
    <Stack>
      <SeriesChoice found={found} />
      {left > 0 && <Muted>{t.seriesLeft(format.number(left))}</Muted>}
      <BandChart
        title={t.chartTitle(chosen.label, saySeries(chosen.uniqueId, t))}
        unit={found.unit}
        points={found.points}
        reduced={found.reduced}
        zone={t.zone(found.timeZone)}
      />
    </Stack>
  );
}
