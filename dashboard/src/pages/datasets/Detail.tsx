/** One dataset: what it holds, how good it is, what came in, and who reads it. */
import { useQuery } from '@tanstack/react-query';
import type { DatasetDetail } from '@/api/client';
import { failureOf } from '@/api/errors';
import { useFormat } from '@/i18n/format';
import { sayPeriod } from '@/i18n/period';
import { useWords } from '@/i18n/words';
import { shortVersion } from '@/pages/executions/input';
import { Absent } from '@/ui/Absent';
import { Json } from '@/ui/Disclosure';
import { Facts } from '@/ui/Items';
import { Card, Page } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { Tabs, useTab } from '@/ui/Tabs';
import { useNow } from '@/ui/useNow';
import { Deliveries } from './Deliveries';
import { Fields } from './Fields';
import { sayStep } from './List';
import { Quality } from './Quality';
import { datasetQuery } from './queries';
import { Readers } from './Readers';
import { Rejected } from './Rejected';
import { Usable } from './Score';
import { SourceWarning } from './SourceWarning';
import { Unprepared } from './Unprepared';
import { words } from './words';

export function Detail({ name }: { name: string }) {
  const t = useWords(words);
  const query = useQuery(datasetQuery(name));
  if (query.isError && ['absent', 'refused'].includes(failureOf(query.error).kind)) {
    return <Absent title={t.absent} back="/datasets" backTo={t.title} />;
  }
  return (
    <Page title={name} lead={query.data?.description}>
      <Loaded query={query} height={40}>
        {(dataset) => <Found dataset={dataset} />}
      </Loaded>
    </Page>
  );
}

function Found({ dataset }: { dataset: DatasetDetail }) {
  const t = useWords(words);
  const tabs = [
    { name: 'overview', label: t.overview },
    { name: 'fields', label: t.fields },
    { name: 'deliveries', label: t.deliveries },
    { name: 'rejected', label: t.rejected },
    { name: 'models', label: t.models },
  ] as const;
  const tab = useTab(tabs);
  return (
    <>
      <SourceWarning dataset={dataset} />
      <Unprepared deliveries={dataset.unprepared} />
      <Tabs label={t.parts} tabs={tabs} current={tab} />
      {tab === 'overview' && (
        <>
          <Latest dataset={dataset} />
          <Quality name={dataset.name} latest={dataset.quality} />
        </>
      )}
      {tab === 'fields' && <Fields dataset={dataset} />}
      {tab === 'deliveries' && <Deliveries name={dataset.name} />}
      {tab === 'rejected' && <Rejected name={dataset.name} />}
      {tab === 'models' && <Readers name={dataset.name} />}
    </>
  );
}

function Latest({ dataset }: { dataset: DatasetDetail }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const { latest, preparing } = dataset;
  const count = (n: number | null | undefined) => (n == null ? '–' : format.number(n));
  return (
    <Card>
      <Facts
        facts={[
          {
            label: t.window,
            value: latest
              ? sayPeriod(latest.windowStart, latest.windowEnd, format, t.span)
              : t.nothingYet,
          },
          latest?.preparedAt
            ? { label: t.prepared, value: format.ago(latest.preparedAt, now) }
            : null,
          preparing
            ? {
                label: t.preparing,
                value: t.preparingSome(count(preparing.done), count(preparing.total)),
              }
            : null,
          { label: t.rowsOut, value: count(latest?.rowsOut) },
          { label: t.rowsRejected, value: count(latest?.rowsRejected) },
          { label: t.usable, value: <Usable share={latest?.usablePct ?? null} /> },
          latest
            ? { label: t.dataVersion, value: <code>{shortVersion(latest.dataVersion)}</code> }
            : null,
          { label: t.step, value: sayStep(dataset.freq, t) },
          { label: t.timeZone, value: dataset.timeZone },
          { label: t.source, value: <code>{dataset.source}</code> },
          { label: t.version, value: `v${dataset.version}` },
        ]}
      />
      <Json label={t.declaration} value={dataset.declaration} />
    </Card>
  );
}
