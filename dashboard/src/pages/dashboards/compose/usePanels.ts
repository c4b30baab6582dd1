/** The draft of a dashboard, and what can be done to its panels; what was taken away can be had back. */
import { useState } from 'react';
import type { PanelType, QueryConfig } from '@/api/client';
import { useWords } from '@/i18n/words';
import { say } from '@/ui/toasts';
import { words } from '../words';
import { type Draft, type DraftPanel, newKey, removed, restored } from './draft';

export function usePanels(start: Draft) {
  const t = useWords(words);
  const [draft, setDraft] = useState(start);
  const setPanels = (change: (panels: Draft['panels']) => Draft['panels']) =>
    setDraft((now) => ({ ...now, panels: change(now.panels) }));

  function remove(gone: DraftPanel) {
    const at = draft.panels.indexOf(gone);
    setPanels((panels) => removed(panels, gone.key));
    say(t.panelRemoved(gone.title), {
      label: t.undo,
      run: () => setPanels((panels) => restored(panels, gone, at)),
    });
  }

  /** Returns the key of the new panel. */
  function add(type: PanelType, queryConfig: QueryConfig): string {
    const added: DraftPanel = {
      ...{ key: newKey(), id: null, title: t.newPanel(t.types[type]), type, queryConfig },
      ...{ refreshS: 60, width: type === 'table' || type === 'line' ? 12 : 6 },
    };
    setPanels((panels) => [...panels, added]);
    return added.key;
  }

  return {
    draft,
    set: (change: Partial<Draft>) => setDraft({ ...draft, ...change }),
    setPanels,
    add,
    remove,
  };
}
