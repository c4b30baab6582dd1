/** The draft of a dashboard, and what can be done to its panels; each step can be undone and made again. */
import { useState } from 'react';
import type { PanelType, QueryConfig } from '@/api/client';
import { useWords } from '@/i18n/words';
import { say } from '@/ui/toasts';
import { words } from '../words';
import { type Draft, type DraftPanel, newKey, removed, restored } from './draft';
import { editsOf, redone, stepped, undone } from './edits';

export function usePanels(start: Draft) {
  const t = useWords(words);
  const [edits, setEdits] = useState(() => editsOf(start));
  const draft = edits.now;
  const change = (next: (now: Draft) => Draft, of: string | null) => {
    const at = Date.now();
    setEdits((former) => stepped(former, next(former.now), of, at));
  };
  /** of: the panel that is written in; left out, it is a step of its own. */
  const setPanels = (
    next: (panels: Draft['panels']) => Draft['panels'],
    of: string | null = null,
  ) => change((now) => ({ ...now, panels: next(now.panels) }), of);

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
    set: (part: Partial<Draft>) =>
      change((now) => ({ ...now, ...part }), Object.keys(part).join(' ')),
    setPanels,
    add,
    remove,
    steps: {
      undo: edits.past.length > 0 ? () => setEdits(undone) : null,
      redo: edits.future.length > 0 ? () => setEdits(redone) : null,
    },
  };
}
