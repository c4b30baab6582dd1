/** A dashboard that is being composed, and what can be done to it; nothing here is saved yet. */
import type { Dashboard, NewPanel, PanelType, QueryConfig, SaveDashboard } from '@/api/client';

/** key: tells panels apart while they have no id yet. */
export interface DraftPanel {
  key: string;
  id: number | null;
  title: string;
  type: PanelType;
  queryConfig: QueryConfig;
  refreshS: number;
  width: number;
}

export interface Draft {
  name: string;
  description: string;
  panels: readonly DraftPanel[];
}

export const COLUMNS = 12;
export const NARROWEST = 3;
const WIDTH_STEP = 3;

let made = 0;
export const newKey = () => {
  made += 1;
  return `new-${made}`;
};

export const EMPTY: Draft = { name: '', description: '', panels: [] };

export const draftOf = ({ name, description, panels }: Dashboard): Draft => ({
  name,
  description: description ?? '',
  panels: panels.map(({ id, title, type, queryConfig, refreshS, width }) => ({
    ...{ key: String(id), id, title, type, queryConfig, refreshS, width },
  })),
});

export function savingOf(draft: Draft, id: number | null, version: number | null): SaveDashboard {
  const panels = draft.panels.map(
    ({ key: _, id: panelId, ...panel }): NewPanel => ({
      ...panel,
      // A panel's id belongs to its dashboard: in a copy all of them are new.
      ...(id !== null && panelId !== null && { id: panelId }),
    }),
  );
  return {
    ...(id !== null && { id, ifVersion: version }),
    name: draft.name.trim(),
    description: draft.description.trim(),
    panels,
  };
}

type Panels = readonly DraftPanel[];

export function changed(panels: Panels, key: string, change: Partial<DraftPanel>): Panels {
  return panels.map((panel) => (panel.key === key ? { ...panel, ...change } : panel));
}

/** by: -1 is one place earlier, 1 one later; at the ends nothing happens. */
export function moved(panels: Panels, key: string, by: -1 | 1): Panels {
  const from = panels.findIndex((panel) => panel.key === key);
  const [own, other] = [panels[from], panels[from + by]];
  if (!own || !other) return panels;
  return panels.map((panel) => (panel === own ? other : panel === other ? own : panel));
}

export function resized(panels: Panels, key: string, by: -1 | 1): Panels {
  return panels.map((panel) =>
    panel.key === key ? { ...panel, width: widthOf(panel.width + by * WIDTH_STEP) } : panel,
  );
}

const widthOf = (width: number) => Math.min(COLUMNS, Math.max(NARROWEST, width));

/** The copy stands behind its original. */
export function duplicated(panels: Panels, key: string, title: string): Panels {
  return panels.flatMap((panel) =>
    panel.key === key ? [panel, { ...panel, key: newKey(), id: null, title }] : [panel],
  );
}

export const removed = (panels: Panels, key: string): Panels =>
  panels.filter((panel) => panel.key !== key);

export function restored(panels: Panels, panel: DraftPanel, at: number): Panels {
  if (panels.some((each) => each.key === panel.key)) return panels;
  return [...panels.slice(0, at), panel, ...panels.slice(at)];
}
