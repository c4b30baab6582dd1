/** DRM's runs and what was prepared of each. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { DatasetRun, RunsOfDataset } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { sayPeriod } from '@/i18n/period';
import { vocabulary, wordOf } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Arrived } from '@/ui/arrived/Arrived';
import { Badge, Card, Row, type Tone } from '@/ui/Layouts';
import { LongTable, useLongTable } from '@/ui/LongTable';
import { Empty, Loaded } from '@/ui/States';
import { inputOf } from '@/ui/sorting';
import type { Column } from '@/ui/Table';
import { runsQuery } from './queries';
import { Score, Usable } from './Score';
import { useRenewed } from './useRenewed';
import { words } from './words';

type Sort = NonNullable<RunsOfDataset['sort']>;

const TONES: Record<string, Tone> = {
  running: 'info',
  success: 'ok',
  failed: 'bad',
  pending: 'info',
  prepared: 'ok',
};

export function Deliveries({ name }: { name: string }) {
  const t = useWords(words);
  const asked = useLongTable();
  const input = { name, limit: asked.limit, ...inputOf<Sort>(asked.order) };
  const query = useQuery(runsQuery(input));
  const arrived = useRenewed(input, query);
  const columns = useColumns(name);
  return (
    <Card title={t.deliveries}>
      <Loaded
        query={query}
        height={30}
        isEmpty={(runs) => runs.length === 0}
        empty={
          <Empty title={t.noRuns}>
            <p>{t.noRunsText}</p>
          </Empty>
        }
      >
        {(runs) => (
          <Arrived arrived={arrived} isCurrent={query.isSuccess} onShow={query.refetch}>
            <LongTable
              caption={t.deliveries}
              rows={runs}
              keyOf={(run) => run.id}
              columns={columns}
              asked={asked}
              isAwaited={query.isPlaceholderData}
            />
          </Arrived>
        )}
      </Loaded>
    </Card>
  );
}

function useColumns(name: string): Column<DatasetRun>[] {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const format = useFormat();
  const count = (n: number | null) => (n === null ? '–' : format.number(n));
  // What goes without saying is not said.
  const prepared = ({ prepared: now }: DatasetRun) =>
    now && now !== 'prepared'
      ? (t.preparedStatuses[now as keyof typeof t.preparedStatuses] ?? now)
      : null;
  return [
    { key: 'run', label: t.run, isSorted: true, cell: (run) => `#${run.id}` },
    {
      key: 'delivered',
      isSorted: true,
      isWhole: true,
      label: t.delivered,
      cell: (run) => sayPeriod(run.windowStart, run.windowEnd, format, t.span),
    },
    {
      key: 'status',
      isSorted: true,
      label: t.status,
      textOf: (run) => `${wordOf(run.status, named.pipeline_status)} ${prepared(run) ?? ''}`,
      cell: (run) => (
        <Row>
          <Badge tone={TONES[run.status] ?? 'plain'}>
            {wordOf(run.status, named.pipeline_status)}
          </Badge>
          {prepared(run) && (
            <Badge tone={TONES[run.prepared ?? ''] ?? 'plain'}>{prepared(run)}</Badge>
          )}
        </Row>
      ),
    },
    { key: 'quality', label: t.quality, cell: (run) => <Score score={run.qualityScore} /> },
    { key: 'usable', label: t.usable, cell: (run) => <Usable share={run.usablePct} /> },
    {
      key: 'rows',
      label: t.rowsIn,
      isNumeric: true,
      isSorted: true,
      cell: (run) => count(run.rowsIngested),
    },
    { key: 'out', label: t.rowsOutShort, isNumeric: true, cell: (run) => count(run.rowsOut) },
    {
      key: 'rejected',
      label: t.rejectedShort,
      isNumeric: true,
      textOf: (run) => count(run.rowsRejected),
      cell: (run) =>
        run.rowsRejected ? (
          <Link href={`/datasets/${name}?tab=rejected&version=${run.versionId}`}>
            {t.showRejected(format.number(run.rowsRejected))}
          </Link>
        ) : (
          count(run.rowsRejected)
        ),
    },
    {
      key: 'started',
      isSorted: true,
      isWhole: true,
      label: t.started,
      cell: (run) => format.dateTime(run.startedAt),
    },
    { key: 'problem', label: t.problem, cell: (run) => run.error ?? run.prepareError ?? '' },
  ];
}
