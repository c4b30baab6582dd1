/** The pages that make a template and change one. */
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api } from '@/api/client';
import { failureOf } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { datasetNames, schemaOf } from '@/query/queries';
import { LEDGERS, sourcesOf } from '@/query/sources';
import { usePreferences } from '@/session/preferences';
import { Absent } from '@/ui/Absent';
import { Page } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { useAction } from '@/ui/useAction';
import { PLAIN, policyOf } from './PolicyFields';
import { templateQuery } from './queries';
import { newSchedule, readSchedule } from './schedule';
import { startOf } from './starts';
import type { TemplateDraft } from './TemplateFields';
import { TemplateForm } from './TemplateForm';
import { words } from './words';

export function New() {
  const t = useWords(words);
  const { timeZone } = usePreferences();
  const [, navigate] = useLocation();
  const action = useAction({
    run: (draft: TemplateDraft) => api.reports.create.mutate(draft),
    done: t.created,
    touches: [['reports.list']],
    onDone: ({ id }) => navigate(`/reports/${id}`),
  });
  const names = useQuery(datasetNames);
  const [source = LEDGERS[0]] = sourcesOf(names.data?.map(({ name }) => name) ?? []);
  const schema = useQuery({ ...schemaOf(source), enabled: names.data !== undefined });
  return (
    <Page title={t.newTitle}>
      <Loaded query={schema} height={60}>
        {(found) => (
          <TemplateForm
            initial={{
              ...{ name: '', description: '', format: 'csv' },
              ...PLAIN,
              queryConfig: { ...startOf(found) },
            }}
            initialSchedule={newSchedule(timeZone)}
            action={action}
          />
        )}
      </Loaded>
    </Page>
  );
}

export function Edit({ id }: { id: number }) {
  const t = useWords(words);
  const { timeZone } = usePreferences();
  const [, navigate] = useLocation();
  const query = useQuery(templateQuery(id));
  const action = useAction({
    run: (draft: TemplateDraft) => api.reports.update.mutate({ id, ...draft }),
    done: t.saved,
    touches: [['reports.list'], ['reports.get']],
    onDone: () => navigate(`/reports/${id}`),
  });
  if (query.isError && failureOf(query.error).kind === 'absent') {
    return <Absent title={t.absent} back="/reports" backTo={t.title} />;
  }
  return (
    <Page title={t.editTitle(query.data?.name ?? '')}>
      <Loaded query={query} height={40}>
        {(template) => (
          <TemplateForm
            initial={{
              name: template.name,
              description: template.description ?? '',
              format: template.format,
              queryConfig: template.queryConfig,
              ...policyOf(template),
            }}
            initialSchedule={readSchedule(template.schedule, timeZone)}
            action={action}
          />
        )}
      </Loaded>
    </Page>
  );
}
