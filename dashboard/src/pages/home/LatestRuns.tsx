import { useQuery } from '@tanstack/react-query';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { outcomeOf, toneOf } from '@/pages/executions/tones';
import { useNow } from '@/ui/useNow';
import { Latest } from './Latest';
import { latestRuns } from './queries';
import { words } from './words';

export function LatestRuns() {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const format = useFormat();
  const now = useNow();
  return (
    <Latest
      title={t.latestRuns}
      all="/executions"
      none={{ title: t.noRuns, text: t.noRunsText }}
      query={useQuery(latestRuns)}
      entryOf={(run) => ({
        href: `/executions/${run.id}`,
        name: `${run.modelName} ${run.modelVersion}`,
        tone: toneOf(run),
        status: named.execution_status[outcomeOf(run)],
        notes: [
          run.requestedAt && format.ago(run.requestedAt, now),
          run.durationMs !== null && format.duration(run.durationMs),
        ],
      })}
    />
  );
}
