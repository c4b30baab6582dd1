/** Name, panels and their order; one panel at a time is opened to be changed. */

import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { QueryConfig } from '@/api/client';
import { api, type Dashboard, type PanelType } from '@/api/client';
import { issuesOf } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button, ButtonLink } from '@/ui/Button';
import { AreaField, TextField } from '@/ui/Field';
import { Card, Page, Stack } from '@/ui/Layouts';
import { Empty } from '@/ui/States';
import { say } from '@/ui/toasts';
import { UnsavedGuard } from '@/ui/unsaved/UnsavedGuard';
import { useAction } from '@/ui/useAction';
import css from '../dashboards.module.css';
import { words } from '../words';
import { AddPanel } from './AddPanel';
import { ComposeCard } from './ComposeCard';
import { ConflictDialog } from './ConflictDialog';
import { DeleteButton } from './DeleteButton';
import { changed, type Draft, type DraftPanel, newKey, removed, restored, savingOf } from './draft';
import { PanelEditor } from './PanelEditor';

export function Composer({
  stored,
  start,
  reload,
}: {
  stored: Dashboard | null;
  start: Draft;
  reload?: () => void;
}) {
  const t = useWords(words);
  const isOnline = useIsOnline();
  const [, navigate] = useLocation();
  const [draft, setDraft] = useState(start);
  const [editing, setEditing] = useState<string | null>(null);
  const isSaved = useRef(false);
  const isDirty = !isSaved.current && JSON.stringify(draft) !== JSON.stringify(start);
  const save = useAction({
    run: (input: ReturnType<typeof savingOf>) => api.dashboards.save.mutate(input),
    done: t.dashboardSaved,
    touches: [['dashboards.list'], ['dashboards.get'], ['panels.data']],
    onDone: ({ id }) => {
      isSaved.current = true;
      navigate(`/dashboards/${id}`);
    },
  });
  const setPanels = (change: (panels: Draft['panels']) => Draft['panels']) =>
    setDraft((now) => ({ ...now, panels: change(now.panels) }));
  const panel = draft.panels.find(({ key }) => key === editing);
  const title = stored ? t.editTitle : t.newTitle;

  function remove(gone: DraftPanel) {
    const at = draft.panels.indexOf(gone);
    setPanels((panels) => removed(panels, gone.key));
    say(t.panelRemoved(gone.title), {
      label: t.undo,
      run: () => setPanels((panels) => restored(panels, gone, at)),
    });
  }

  function add(type: PanelType, queryConfig: QueryConfig) {
    const added: DraftPanel = {
      ...{ key: newKey(), id: null, title: t.newPanel(t.types[type]), type, queryConfig },
      ...{ refreshS: 60, width: type === 'table' || type === 'line' ? 12 : 6 },
    };
    setPanels((panels) => [...panels, added]);
    setEditing(added.key);
  }

  if (panel) {
    return (
      <Page
        title={t.panelTitle(panel.title)}
        actions={
          <Button look="primary" onClick={() => setEditing(null)}>
            {t.done}
          </Button>
        }
      >
        <PanelEditor
          panel={panel}
          onChange={(change) => setPanels((panels) => changed(panels, panel.key, change))}
        />
        <UnsavedGuard isDirty={isDirty} />
      </Page>
    );
  }
  const issues = issuesOf(save.error);
  return (
    <Page
      title={title}
      actions={
        <div className={css.tools}>
          {!isOnline && <span className={css.small}>{t.offlineNoSave}</span>}
          <ButtonLink href={stored ? `/dashboards/${stored.id}` : '/dashboards'}>
            {t.cancel}
          </ButtonLink>
          <Button
            look="primary"
            isBusy={save.isBusy}
            disabled={!isOnline}
            onClick={() => save.start(savingOf(draft, stored?.id ?? null, stored?.version ?? null))}
          >
            {t.save}
          </Button>
        </div>
      }
    >
      <Card>
        <Stack>
          <TextField
            label={t.name}
            value={draft.name}
            maxLength={255}
            required
            problems={save.problemsOf('name')}
            onChange={({ target }) => setDraft({ ...draft, name: target.value })}
          />
          <AreaField
            label={t.description}
            value={draft.description}
            rows={2}
            problems={save.problemsOf('description')}
            onChange={({ target }) => setDraft({ ...draft, description: target.value })}
          />
        </Stack>
      </Card>
      {draft.panels.length === 0 && <Empty title={t.noPanels}>{t.addFirst}</Empty>}
      <ol className={css.composed}>
        {draft.panels.map((each, position) => (
          <ComposeCard
            key={each.key}
            panel={each}
            position={position}
            count={draft.panels.length}
            problems={issues
              .filter(({ path }) => path[0] === 'panels' && Number(path[1]) === position)
              .map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`)}
            setPanels={setPanels}
            onEdit={() => setEditing(each.key)}
            onRemove={() => remove(each)}
          />
        ))}
      </ol>
      <AddPanel onAdd={add} />
      {stored && (
        <DeleteButton
          dashboard={stored}
          onGone={() => {
            isSaved.current = true;
          }}
        />
      )}
      <UnsavedGuard isDirty={isDirty} />
      {save.failure?.kind === 'conflict' && 'current' in save.failure.data && (
        <ConflictDialog
          onClose={save.reset}
          onCopy={() => {
            save.reset();
            save.start(savingOf({ ...draft, name: t.copyOf(draft.name) }, null, null));
          }}
          onReload={() => {
            save.reset();
            reload?.();
          }}
        />
      )}
    </Page>
  );
}
