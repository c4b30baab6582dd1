/** What a report waits for, what whoever reads it must know, and what changed since the one before. */
import { api, type GeneratedReport } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Disclosure } from '@/ui/Disclosure';
import { Badge, Muted } from '@/ui/Layouts';
import { useAction } from '@/ui/useAction';
import { WholeTable } from '@/ui/WholeTable';
import { words } from './words';

const TOUCHED = [['reports.generated'], ['reports.report']] as const;

export function Waiting({ report }: { report: GeneratedReport }) {
  const t = useWords(words);
  const format = useFormat();
  const { isAdmin } = useUser();
  const isOnline = useIsOnline();
  const issue = useAction({
    run: () => api.reports.issue.mutate({ reportId: report.id }),
    done: t.issued,
    touches: TOUCHED,
  });
  if (report.phase !== 'held') return null;
  const { waitingSince, waitingUntil, waitingFor } = report;
  return (
    <>
      <Badge tone="warn">{t.waits}</Badge>
      {waitingSince && waitingUntil && (
        <Muted>{t.waitsFrom(format.dateTime(waitingSince), format.dateTime(waitingUntil))}</Muted>
      )}
      <ul>
        {(waitingFor ?? []).map(({ source, label, known, days, missing }) => (
          <li key={source}>
            {t.lacks(label, format.number(known), format.number(days))} {missing.join(', ')}
          </li>
        ))}
      </ul>
      {isAdmin && (
        <Button isBusy={issue.isBusy} disabled={!isOnline} onClick={() => issue.start()}>
          {t.issueNow}
        </Button>
      )}
    </>
  );
}

export function Told({ report }: { report: GeneratedReport }) {
  const t = useWords(words);
  const { isAdmin } = useUser();
  const isOnline = useIsOnline();
  const again = useAction({
    run: () => api.reports.reissue.mutate({ reportId: report.id }),
    done: t.asked,
    touches: TOUCHED,
  });
  return (
    <>
      {report.reissueOf !== null && <Badge tone="info">{t.editionOf(`${report.reissueOf}`)}</Badge>}
      {report.remark && <Muted>{report.remark}</Muted>}
      {report.restated && (
        <>
          <Badge tone="warn">{t.restated}</Badge>
          <Muted>{report.restated}</Muted>
          {isAdmin && (
            <Button isBusy={again.isBusy} disabled={!isOnline} onClick={() => again.start()}>
              {t.reissue}
            </Button>
          )}
        </>
      )}
      <Changes report={report} />
    </>
  );
}

function Changes({ report: { changes } }: { report: GeneratedReport }) {
  const t = useWords(words);
  const figures = (changes ?? []).flatMap(({ title, figures }) =>
    figures.map((figure) => ({ title, ...figure })),
  );
  if (figures.length === 0) return null;
  return (
    <Disclosure label={t.changed}>
      <WholeTable
        caption={t.changed}
        rows={figures}
        keyOf={({ title, row, label }) => `${title}/${row}/${label}`}
        columns={[
          {
            key: 'table',
            label: t.changedTable,
            sortOf: ({ title }) => title,
            cell: ({ title }) => title,
          },
          {
            key: 'row',
            label: t.changedRow,
            sortOf: ({ row }) => row,
            cell: ({ row }) => row ?? t.changedTotal,
          },
          {
            key: 'label',
            label: t.changedFigure,
            sortOf: ({ label }) => label,
            cell: ({ label }) => label,
          },
          { key: 'old', label: t.changedOld, cell: ({ old }) => old },
          { key: 'new', label: t.changedNew, cell: (figure) => figure.new },
        ]}
      />
    </Disclosure>
  );
}
