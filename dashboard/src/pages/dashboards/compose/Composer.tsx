/** Name, panels and their order; one panel at a time is opened to be changed. */

import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { api, type Dashboard } from '@/api/client';
import { issuesOf } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button, ButtonLink } from '@/ui/Button';
import { Page } from '@/ui/Layouts';
import { Empty } from '@/ui/States';
import { UnsavedGuard } from '@/ui/unsaved/UnsavedGuard';
import { useAction } from '@/ui/useAction';
import css from '../dashboards.module.css';
import { words } from '../words';
import { AddPanel } from './AddPanel';
import { ComposeCard } from './ComposeCard';
import { ConflictDialog } from './ConflictDialog';
import { DeleteButton } from './DeleteButton';
import { DraftFields } from './DraftFields';
import { changed, type Draft, savingOf } from './draft';
import { PanelPage } from './PanelPage';
import { Undo } from './Undo';
import { usePanels } from './usePanels';

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
  const { draft, set, setPanels, add, remove, steps } = usePanels(start);
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
  const panel = draft.panels.find(({ key }) => key === editing);
  // Its making was undone: made again, it is in the list.
  if (editing !== null && !panel) setEditing(null);
  const title = stored ? t.editTitle : t.newTitle;

  if (panel) {
    return (
      <>
        <PanelPage
          panel={panel}
          steps={steps}
          onChange={(change) =>
            setPanels((panels) => changed(panels, panel.key, change), panel.key)
          }
          onDone={() => setEditing(null)}
        />
        <UnsavedGuard isDirty={isDirty} />
      </>
    );
  }
  const issues = issuesOf(save.error);
  return (
    <Page title={title}>
      <div className={css.composing}>
        <div className={css.bar}>
          <Undo {...steps} />
          <span className={css.barEnd}>
            {!isOnline && <span className={css.small}>{t.offlineNoSave}</span>}
            <ButtonLink href={stored ? `/dashboards/${stored.id}` : '/dashboards'}>
              {t.cancel}
            </ButtonLink>
            <Button
              look="primary"
              isBusy={save.isBusy}
              disabled={!isOnline}
              onClick={() =>
                save.start(savingOf(draft, stored?.id ?? null, stored?.version ?? null))
              }
            >
              {t.save}
            </Button>
          </span>
        </div>
        <div className={css.parts}>
          <DraftFields draft={draft} set={set} problemsOf={save.problemsOf} />
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
          <AddPanel onAdd={(type, config) => setEditing(add(type, config))} />
          {stored && (
            <DeleteButton
              dashboard={stored}
              onGone={() => {
                isSaved.current = true;
              }}
            />
          )}
        </div>
      </div>
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
