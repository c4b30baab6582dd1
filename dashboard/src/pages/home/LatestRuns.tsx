import { useQuery } from '@tanstack/react-query';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { TONES } from '@/pages/executions/tones';
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
      entryOf={({ id, modelName, modelVersion, status, requestedAt, durationMs }) => ({
        href: `/executions/${id}`,
        name: `${modelName} ${modelVersion}`,
        tone: TONES[status],
        status: named.execution_status[status],
        notes: [
          requestedAt && format.ago(requestedAt, now),
          durationMs !== null && format.duration(durationMs),
        ],
      })}
    />
  );
}
