/** One template: when it is due, what it shows, and the files it made. */
import { useQuery } from '@tanstack/react-query';
import type { TemplateDetail } from '@/api/client';
import { failureOf } from '@/api/errors';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Absent } from '@/ui/Absent';
import { useAddress } from '@/ui/Filters';
import { Badge, Card, Muted, Page, Row, Stack } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { TemplateBadge } from './Badges';
import { Generate } from './Generate';
import { Generated } from './Generated';
import { Making } from './Making';
import { NextTimes } from './NextTimes';
import { Preview } from './Preview';
import { QuerySummary } from './QuerySummary';
import { templateQuery } from './queries';
import { Reads } from './Reads';
import { TemplateActions } from './TemplateActions';
import { words } from './words';

export function Detail({ id }: { id: number }) {
  const t = useWords(words);
  const { isAdmin } = useUser();
  const query = useQuery(templateQuery(id));
  if (query.isError && failureOf(query.error).kind === 'absent') {
    return <Absent title={t.absent} back="/reports" backTo={t.title} />;
  }
  return (
    <Page
      title={query.data?.name ?? t.title}
      lead={query.data?.description}
      actions={isAdmin && query.data && <Generate templateId={id} label={t.generate} isMain />}
    >
      <Loaded query={query} height={40}>
        {(template) => <Found template={template} />}
      </Loaded>
    </Page>
  );
}

function Found({ template }: { template: TemplateDetail }) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const { isAdmin } = useUser();
  const [read] = useAddress();
  const asked = Number(read('report'));
  const shown = Number(read('preview'));
  return (
    <>
      <Row>
        <TemplateBadge status={template.status} />
        <Badge>{named.report_format[template.format]}</Badge>
        {isAdmin && <TemplateActions template={template} />}
      </Row>
      {asked > 0 && <Making key={asked} reportId={asked} />}
      {shown > 0 && <Preview key={shown} reportId={shown} name={template.name} />}
      <When template={template} />
      <Generated template={template} />
      <Card title={t.query}>
        <QuerySummary config={template.queryConfig} />
        <Reads template={template} />
      </Card>
    </>
  );
}

function When({ template }: { template: TemplateDetail }) {
  const t = useWords(words);
  const { schedule, scheduleWords, status, nextTimes, timeZone, pausedFor, passedOver } = template;
  const note =
    pausedFor !== null
      ? pausedFor
      : status === 'paused'
        ? t.isPaused
        : schedule?.startsWith('once')
          ? t.isOver
          : t.noSchedule;
  return (
    <Card title={t.schedule}>
      <Stack>
        <p title={schedule ?? undefined}>{scheduleWords ?? t.noSchedule}</p>
        {nextTimes.length > 0 && timeZone ? (
          <NextTimes times={nextTimes} zone={timeZone} />
        ) : (
          schedule && <Muted>{note}</Muted>
        )}
        {passedOver && <Muted>{passedOver}</Muted>}
      </Stack>
    </Card>
  );
}
