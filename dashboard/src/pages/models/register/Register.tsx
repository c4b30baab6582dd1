/** Registers a version, by form or by pasting JSON; `?from=` begins with a version that is there. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ModelDetail, Runtime } from '@/api/client';
import { useWords } from '@/i18n/words';
import { useAddress } from '@/ui/Filters';
import { writeObject } from '@/ui/json';
import { Page } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { Tabs, useTab } from '@/ui/Tabs';
import { UnsavedGuard } from '@/ui/unsaved/UnsavedGuard';
import { nextVersion } from '../group';
import { modelQuery, modelsQuery, runtimesQuery } from '../queries';
import { type Draft, draftOf, emptyDraft, inputOf } from './draft';
import { ModelForm } from './ModelForm';
import { Paste } from './Paste';
import { useWay } from './useWay';
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
