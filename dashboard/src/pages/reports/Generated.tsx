/** Files that a template made, newest first, and why some were not. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { GeneratedReport, TemplateDetail } from '@/api/client';
import { type Formatters, formatters, useFormat } from '@/i18n/format';
import { useZoneRules } from '@/i18n/useZoneRules';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Cause } from '@/ui/Cause';
import { Disclosure } from '@/ui/Disclosure';
import { Facts } from '@/ui/Items';
import { Card, Row } from '@/ui/Layouts';
import { Empty, Loaded } from '@/ui/States';
import { words as uiWords } from '@/ui/words';
import { ReportBadge } from './Badges';
import { FileActions } from './FileActions';
import { Generate } from './Generate';
import { generatedQuery } from './queries';
import css from './reports.module.css';
import { Told, Waiting } from './Standing';
import { words } from './words';

const STEP = 10;
const MOST = 1000;

export function Generated({ template }: { template: TemplateDetail }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const [limit, setLimit] = useState(STEP);
  const query = useQuery(generatedQuery({ templateId: template.id, limit }));
  return (
    <Card title={t.files}>
      <Loaded
        query={query}
        height={24}
        isEmpty={(reports) => reports.length === 0}
        empty={
          <Empty title={t.noFiles}>
            <p>{t.noFilesText}</p>
          </Empty>
        }
      >
        {(reports) => (
          <>
            <ul>
              {reports.map((report) => (
                <Entry key={report.id} report={report} zone={template.timeZone} />
              ))}
            </ul>
            {reports.length === limit && limit < MOST && (
              <Row>
                <Button onClick={() => setLimit(limit + STEP)}>{ui.more}</Button>
              </Row>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Entry({ report, zone }: { report: GeneratedReport; zone: string | null }) {
  const t = useWords(words);
  useZoneRules(zone);
  const format = useFormat();
  const { isAdmin } = useUser();
  return (
    <li className={css.file}>
      <div className={css.fileHead}>
        <strong>{sayMoment(report.requestedAt, format)}</strong>
        <ReportBadge status={report.status} />
        <span className={css.slot}>
          {report.slot
            ? t.forSlot(
                formatters({
                  language: format.language,
                  region: format.region,
                  timeZone: zone ?? format.timeZone,
                }).dateTime(report.slot),
              )
            : t.byHand}
        </span>
      </div>
      <Waiting report={report} />
      {report.status === 'failed' && (
        <>
          <Cause>
            <span className="visually-hidden">{t.failedWhy}: </span>
            {report.errorMsg}
          </Cause>
          {isAdmin && <Generate templateId={report.templateId} label={t.retry} />}
        </>
      )}
      {report.status === 'ready' && (
        <>
          <Figures report={report} />
          <Told report={report} />
          <FileActions report={report} />
        </>
      )}
    </li>
  );
}

function Figures({ report }: { report: GeneratedReport }) {
  const t = useWords(words);
  const format = useFormat();
  return (
    <>
      <Facts
        facts={[
          report.rowCount === null
            ? null
            : { label: t.rows, value: sayRows(report, report.rowCount, t.rowsOf, format) },
          report.sizeBytes === null
            ? null
            : { label: t.size, value: format.bytes(report.sizeBytes) },
          report.durationMs === null
            ? null
            : { label: t.duration, value: format.duration(report.durationMs) },
        ]}
      />
      {report.checksum && (
        <Disclosure label={t.checksum}>
          <code className={css.checksum}>{report.checksum}</code>
        </Disclosure>
      )}
    </>
  );
}

const sayMoment = (moment: string | null, format: Formatters) =>
  moment === null ? '–' : format.dateTime(moment);

function sayRows(
  { rowTotal }: GeneratedReport,
  count: number,
  sayOf: (n: string, of: string) => string,
  format: Formatters,
): string {
  const isCut = rowTotal !== null && rowTotal > count;
  return isCut ? sayOf(format.number(count), format.number(rowTotal)) : format.number(count);
}
