import { useQuery } from '@tanstack/react-query';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { TONES } from '@/pages/reports/tones';
import { useNow } from '@/ui/useNow';
import { Latest } from './Latest';
import { latestReports } from './queries';
import { words } from './words';

export function LatestReports() {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const format = useFormat();
  const now = useNow();
  return (
    <Latest
      title={t.latestReports}
      all="/reports"
      none={{ title: t.noReports, text: t.noReportsText }}
      query={useQuery(latestReports)}
      entryOf={(report) => ({
        href: `/reports/${report.templateId}`,
        name: report.templateName,
        tone: TONES[report.status],
        status: named.report_status[report.status],
        notes: [
          report.requestedAt && format.ago(report.requestedAt, now),
          report.format?.toUpperCase(),
          report.sizeBytes !== null && format.bytes(report.sizeBytes),
        ],
      })}
    />
  );
}
