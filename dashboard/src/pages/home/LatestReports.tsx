import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ReportStatus } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { ButtonLink } from '@/ui/Button';
import { Badge, Card, type Tone } from '@/ui/Layouts';
import { Empty, Loaded } from '@/ui/States';
import { useNow } from '@/ui/useNow';
import css from './home.module.css';
import { latestReports } from './queries';
import { words } from './words';

const TONES: Record<ReportStatus, Tone> = {
  pending: 'info',
  generating: 'info',
  ready: 'ok',
  failed: 'bad',
};

export function LatestReports() {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  return (
    <Card
      title={t.latestReports}
      aside={
        <ButtonLink href="/reports" look="quiet">
          {t.all}
        </ButtonLink>
      }
    >
      <Loaded
        query={useQuery(latestReports)}
        height={21}
        isEmpty={(reports) => reports.length === 0}
        empty={
          <Empty title={t.noReports}>
            <p>{t.noReportsText}</p>
          </Empty>
        }
      >
        {(reports) => (
          <ul className={css.latest}>
            {reports.map((report) => (
              <li key={report.id}>
                <Link href={`/reports/${report.templateId}`} className={css.item ?? ''}>
                  <span className={css.itemName}>{report.templateName}</span>
                  <Badge tone={TONES[report.status]}>{t.report[report.status]}</Badge>
                  <span className={css.itemNote}>
                    {report.requestedAt && format.ago(report.requestedAt, now)}
                    {report.format && ` · ${report.format.toUpperCase()}`}
                    {report.sizeBytes !== null && ` · ${format.bytes(report.sizeBytes)}`}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
