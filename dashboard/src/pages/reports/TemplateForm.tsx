/** A template by fields: what it is, when it is due, and what it shows. */

import { useState } from 'react';
import type { QueryConfig } from '@/api/client';
import { problemsBeside, problemsUnder } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { issuesWithin } from '@/query/usePreview';
import { Button } from '@/ui/Button';
import { Form, Refused } from '@/ui/Form';
import { Card, Muted, Row } from '@/ui/Layouts';
import { UnsavedGuard } from '@/ui/unsaved/UnsavedGuard';
import type { useAction } from '@/ui/useAction';
import { words as uiWords } from '@/ui/words';
import { QueryEditor } from './compose/QueryEditor';
import { POLICY, PolicyFields } from './PolicyFields';
import { ScheduleBuilder } from './ScheduleBuilder';
import { StartFrom } from './StartFrom';
import { type Schedule, writeSchedule } from './schedule';
import { type TemplateDraft, TemplateFields } from './TemplateFields';
import { words } from './words';

const AT_FIELDS = ['name', 'description', 'format', 'schedule', 'queryConfig', ...POLICY];

export function TemplateForm({
  initial,
  initialSchedule,
  action,
}: {
  initial: Omit<TemplateDraft, 'schedule'>;
  initialSchedule: Schedule;
  action: Pick<
    ReturnType<typeof useAction<TemplateDraft, unknown>>,
    'start' | 'isBusy' | 'issues' | 'failure'
  >;
}) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const isOnline = useIsOnline();
  const [draft, setDraft] = useState(initial);
  const [schedule, setSchedule] = useState(initialSchedule);
  const [isBroken, setBroken] = useState(false);
  const [start, setStart] = useState(0);
  const [sent, setSent] = useState<QueryConfig | null>(null);
  const [sentSchedule, setSentSchedule] = useState<Schedule | null>(null);
  const [ownProblems, setOwnProblems] = useState<Record<string, string[]>>({});
  const [first] = useState(() => JSON.stringify([initial, initialSchedule]));
  const isDirty = isBroken || JSON.stringify([draft, schedule]) !== first;
  const set = (changed: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...changed }));
  const problemsAt = (field: string) => [
    ...(ownProblems[field] ?? []),
    ...problemsUnder(action.issues, field),
  ];

  const submit = () => {
    const own = {
      ...(draft.name.trim() === '' && { name: [t.nameNeeded] }),
      ...(isBroken && { queryConfig: [t.noJson] }),
      ...(schedule.kind === 'once' && !schedule.moment && { schedule: [t.momentNeeded] }),
    };
    setOwnProblems(own);
    setSentSchedule(schedule);
    if (Object.keys(own).length > 0) return;
    setSent(draft.queryConfig);
    action.start({ ...draft, schedule: writeSchedule(schedule) });
  };

  const { failure } = action;
  const beside = problemsBeside(action.issues, AT_FIELDS);
  const ofQuery = action.issues.filter(({ path }) => path[0] === 'queryConfig');
  return (
    <Form onSubmit={submit}>
      <UnsavedGuard isDirty={isDirty} />
      <TemplateFields draft={draft} set={set} problemsAt={problemsAt} />
      <Card>
        <ScheduleBuilder
          value={schedule}
          // What was changed since may be right by now.
          problems={sentSchedule === schedule ? problemsAt('schedule') : []}
          onChange={setSchedule}
        />
      </Card>
      <PolicyFields policy={draft} set={set} problemsAt={problemsAt} />
      <QueryEditor
        start={start}
        head={
          <StartFrom
            config={draft.queryConfig}
            onChoose={(queryConfig) => {
              set({ queryConfig });
              setBroken(false);
              setStart(start + 1);
            }}
          />
        }
        config={draft.queryConfig}
        format={draft.format}
        // What was changed since may be right by now; the look at it says so.
        issues={sent === draft.queryConfig ? issuesWithin(ofQuery) : []}
        onChange={(queryConfig) => {
          setBroken(queryConfig === null);
          if (queryConfig !== null) set({ queryConfig });
        }}
      />
      {(ownProblems.queryConfig?.length ?? 0) > 0 && <Refused title={t.noJson} problems={[]} />}
      {(beside.length > 0 || (failure && 'message' in failure && action.issues.length === 0)) && (
        <Refused
          title={failure && 'message' in failure ? failure.message : t.refused}
          problems={beside}
        />
      )}
      {!isOnline && <Muted>{ui.needsNetwork}</Muted>}
      <Row>
        <Button type="submit" look="primary" isBusy={action.isBusy} disabled={!isOnline}>
          {t.save}
        </Button>
      </Row>
    </Form>
  );
}
