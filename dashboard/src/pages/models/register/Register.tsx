/** Registers a version, by form or by pasting JSON; `?from=` begins with a version that is there. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type ModelDetail, type NewModel, type Runtime } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { useAddress } from '@/ui/Filters';
import { writeObject } from '@/ui/json';
import { Page } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { Tabs, useTab } from '@/ui/Tabs';
import { say } from '@/ui/toasts';
import { UnsavedGuard } from '@/ui/unsaved/UnsavedGuard';
import { useAction } from '@/ui/useAction';
import { nextVersion } from '../group';
import { modelQuery, modelsQuery, runtimesQuery } from '../queries';
import { type Draft, draftOf, emptyDraft, inputOf } from './draft';
import { ModelForm } from './ModelForm';
import { Paste } from './Paste';
import { words } from './words';

export function Register() {
  const t = useWords(words);
  const [read] = useAddress();
  const from = Number(read('from')) || null;
  const former = useQuery({ ...modelQuery(from ?? 0), enabled: from !== null });
  const models = useQuery({ ...modelsQuery, enabled: from !== null });
  const runtimes = useQuery(runtimesQuery);
  if (from === null) {
    return (
      <Page title={t.title} lead={t.lead}>
        <Loaded query={runtimes} height={40}>
          {(known) => <Ways initial={emptyDraft(known)} runtimes={known} />}
        </Loaded>
      </Page>
    );
  }
  return (
    <Page title={t.titleFrom(former.data?.name ?? '…')} lead={t.lead}>
      <Loaded query={runtimes} height={40}>
        {(known) => (
          <Loaded query={former} height={40}>
            {(model) => (
              <Loaded query={models} height={40}>
                {(all) => (
                  <Ways
                    initial={draftFrom(
                      model,
                      all.filter(({ name }) => name === model.name).map(({ version }) => version),
                      known,
                    )}
                    runtimes={known}
                  />
                )}
              </Loaded>
            )}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

const draftFrom = (
  model: ModelDetail,
  versions: readonly string[],
  runtimes: readonly Runtime[],
): Draft => draftOf({ ...model, version: nextVersion(versions) }, runtimes);

/** Both ways hold the same model; each is told what the server refused of it. */
export interface Way {
  isBusy: boolean;
  issues: readonly Issue[];
  /** What was refused as a whole. */
  message: string | null;
  check: (input: NewModel) => void;
  register: (input: NewModel) => void;
}

function Ways({ initial, runtimes }: { initial: Draft; runtimes: readonly Runtime[] }) {
  const t = useWords(words);
  const [first] = useState(initial);
  const [draft, setDraft] = useState(first);
  const [text, setText] = useState<string | null>(null);
  const tabs = [
    { name: 'form', label: t.byForm },
    { name: 'json', label: t.byJson },
  ] as const;
  const tab = useTab(tabs);
  const [, change] = useAddress();
  const way = useWay();
  return (
    <>
      <UnsavedGuard isDirty={draft !== first || text !== null} />
      <Tabs label={t.ways} tabs={tabs} current={tab} />
      {tab === 'form' ? (
        <ModelForm draft={draft} onChange={setDraft} way={way} runtimes={runtimes} />
      ) : (
        <Paste
          text={text ?? (draft === first ? '' : writeObject(inputOf(draft, runtimes).input))}
          onChange={setText}
          onForm={(model) => {
            setDraft(draftOf(model, runtimes));
            setText(null);
            change('tab', '');
          }}
          way={way}
        />
      )}
    </>
  );
}

function useWay(): Way {
  const t = useWords(words);
  const [, navigate] = useLocation();
  const [found, setFound] = useState<readonly Issue[]>([]);
  const check = useAction({
    run: (input: NewModel) => api.models.validate.query(input),
    onDone: ({ isValid, issues }) => {
      setFound(issues);
      if (isValid) say(t.valid);
    },
  });
  const register = useAction({
    run: (input: NewModel) => api.models.create.mutate(input),
    done: t.registered,
    touches: [['models.list'], ['dashboard.stats']],
    onDone: ({ id }) => navigate(`/models/${id}`),
  });
  // Of the two at most one has been asked since the other was reset.
  const failure = register.failure ?? check.failure;
  const refused = [...register.issues, ...check.issues];
  return {
    isBusy: check.isBusy || register.isBusy,
    issues: refused.length > 0 ? refused : found,
    message: failure && 'message' in failure && refused.length === 0 ? failure.message : null,
    check: (input) => {
      register.reset();
      setFound([]);
      check.start(input);
    },
    register: (input) => {
      check.reset();
      setFound([]);
      register.start(input);
    },
  };
}
