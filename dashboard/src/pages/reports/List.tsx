/** Report templates: when each is due, and what came of the last one. */
import { useQueries, useQuery } from '@tanstack/react-query';
import type { GeneratedReport, ReportTemplate, TemplateStatus } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { useAddress } from '@/ui/Filters';
import { Item, Items } from '@/ui/Items';
import { Badge, Row } from '@/ui/Layouts';
import { ListPage } from '@/ui/ListPage';
import { inOrderOf } from '@/ui/sorting';
import { useNow } from '@/ui/useNow';
import { ReportBadge, TemplateBadge } from './Badges';
import { generatedQuery, templateQuery, templatesQuery } from './queries';
import { words } from './words';

const ORDERS = ['', 'name'] as const;
const STATUSES: readonly TemplateStatus[] = ['active', 'paused'];

export function List() {
  const t = useWords(words);
  const format = useFormat();
  const [read] = useAddress();
  const query = useQuery(templatesQuery);
  const text = read('q').trim().toLocaleLowerCase();
  const status = STATUSES.find((each) => each === read('status'));
  const isWanted = (template: ReportTemplate) =>
    (status === undefined || template.status === status) &&
    `${template.name} ${template.description ?? ''}`.toLocaleLowerCase().includes(text);
  const inOrder = (templates: readonly ReportTemplate[]) =>
    read('sort') === 'name'
      ? inOrderOf(templates, ({ name }) => name, true, format.inOrder)
      : templates;
  return (
    <ListPage
      title={t.title}
      lead={t.lead}
      create={{ href: '/reports/new', label: t.create }}
      search={t.search}
      orders={ORDERS.map((value) => ({ value, label: t.orders[value] }))}
      choices={[
        {
          name: 'status',
          label: t.status,
          options: STATUSES.map((value) => ({ value, label: t.statuses[value] })),
        },
      ]}
      query={query}
      height={30}
      rowsOf={(templates) => inOrder(templates.filter(isWanted))}
      none={{ title: t.none, text: t.noneText, ever: t.noneEver }}
    >
      {(templates) => <Templates templates={templates} />}
    </ListPage>
  );
}

function Templates({ templates }: { templates: readonly ReportTemplate[] }) {
  const t = useWords(words);
  const lasts = useQueries({
    queries: templates.map(({ id }) => generatedQuery({ templateId: id, limit: 1 })),
  });
  const details = useQueries({ queries: templates.map(({ id }) => templateQuery(id)) });
  return (
    <Items label={t.title}>
      {templates.map((template, place) => (
        <Entry
          key={template.id}
          template={template}
          schedule={template.scheduleWords ?? template.schedule}
          next={details[place]?.data?.nextTimes[0] ?? null}
          last={lasts[place]?.data?.[0] ?? null}
        />
      ))}
    </Items>
  );
}

function Entry({
  template,
  schedule,
  next,
  last,
}: {
  template: ReportTemplate;
  schedule: string | null;
  next: string | null;
  last: GeneratedReport | null;
}) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const format = useFormat();
  const now = useNow();
  return (
    <Item
      href={`/reports/${template.id}`}
      title={template.name}
      badges={
        <>
          <Badge>{named.report_format[template.format]}</Badge>
          {template.status === 'paused' && <TemplateBadge status="paused" />}
        </>
      }
      note={template.description}
      facts={[
        {
          label: t.schedule,
          value: <span title={template.schedule ?? undefined}>{schedule ?? t.noSchedule}</span>,
        },
        { label: t.next, value: next ? format.dateTime(next) : '–' },
        {
          label: t.lastReport,
          value: last?.requestedAt ? (
            <Row>
              {format.ago(last.requestedAt, now)}
              <ReportBadge status={last.status} />
            </Row>
          ) : (
            t.never
          ),
        },
      ]}
    />
  );
}
