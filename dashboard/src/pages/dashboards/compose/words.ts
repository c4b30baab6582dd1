/** Of the composer; `../words.ts` joins them to the others of this area. */
import { plural } from '@/i18n/plural';
import { defineWords } from '@/i18n/words';

export const composeWords = defineWords('dashboards/compose', {
  newTitle: 'New dashboard',
  editTitle: 'Edit dashboard',
  panelTitle: (title: string) => `Panel: ${title}`,
  save: 'Save',
  cancel: 'Cancel',
  name: 'Name',
  description: 'Description',
  offlineNoSave: 'Saving needs a connection.',
  dashboardSaved: 'The dashboard was saved',
  dashboardDeleted: (name: string) => `“${name}” was deleted`,
  deleteDashboard: 'Delete dashboard',
  deleteTitle: (name: string) => `Delete “${name}”?`,
  deleteText: (n: number) =>
    `Its ${n} ${plural('en', n, 'panel is', 'panels are')} deleted too. The data is kept.`,
  addFirst: 'Add the first one below.',
  addPanel: 'Add a panel',
  newPanel: (type: string) => `${type} panel`,
  copyOf: (name: string) => `${name} (copy)`,
  panelRemoved: (title: string) => `“${title}” was removed`,
  undo: 'Undo',
  redo: 'Redo',
  undone: 'The last change was undone.',
  redone: 'The change was made again.',
  place: (position: number, count: number, width: number) =>
    `Position ${position} of ${count}, ${width} of 12 columns wide`,
  editPanel: 'Edit',
  earlier: 'Move earlier',
  later: 'Move later',
  narrower: 'Narrower',
  wider: 'Wider',
  duplicate: 'Duplicate',
  remove: 'Remove',
  conflictTitle: 'Somebody else saved this dashboard',
  conflictText:
    'It was changed while you worked on it. Nothing of theirs was overwritten, and your changes are still here.',
  saveCopy: 'Save mine as a copy',
  loadTheirs: 'Discard mine, load theirs',
  keepEditing: 'Keep editing',
  example: 'Create an example',
  exampleName: 'Example dashboard',
  exampleText: 'Built from the available data. Change anything you like.',
  exampleStretch: (name: string, from: string, to: string) =>
    `${name}: the last stretch with data, ${from} to ${to}.`,
  exampleTitle: (measure: string, by: string | null) =>
    by === null ? `${measure}: figures` : `${measure} by ${by.toLowerCase()}`,
  panelName: 'Panel title',
  panelNameNeeded: 'Enter a title for the panel.',
  kind: 'Type',
  refresh: 'Refresh',
  every: (seconds: number) =>
    seconds < 60
      ? `every ${seconds} s`
      : seconds < 3600
        ? `every ${seconds / 60} min`
        : `every ${seconds / 3600} h`,
  done: 'Done',
  types: {
    bar: 'Bar',
    line: 'Line',
    pie: 'Pie',
    scatter: 'Scatter',
    metric: 'Figures',
    table: 'Table',
  },
});
