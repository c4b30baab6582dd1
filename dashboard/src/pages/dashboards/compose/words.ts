/** Of the composer; `../words.ts` joins them to the others of this area. */
import { defineWords, plural } from '@/i18n/words';

export const composeWords = defineWords(
  {
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
  },
  {
    newTitle: 'Nouveau tableau de bord',
    editTitle: 'Modifier le tableau de bord',
    panelTitle: (title: string) => `Panneau\u00a0: ${title}`,
    save: 'Enregistrer',
    cancel: 'Annuler',
    name: 'Nom',
    description: 'Description',
    offlineNoSave: 'Il faut une connexion pour enregistrer.',
    dashboardSaved: 'Le tableau de bord a été enregistré',
    dashboardDeleted: (name: string) => `«\u00a0${name}\u00a0» a été supprimé`,
    deleteDashboard: 'Supprimer le tableau de bord',
    deleteTitle: (name: string) => `Supprimer «\u00a0${name}\u00a0»\u00a0?`,
    deleteText: (n: number) =>
      n <= 1
        ? 'Son panneau est supprimé aussi. Les données sont conservées.'
        : `Ses ${n} panneaux sont supprimés aussi. Les données sont conservées.`,
    addFirst: 'Ajoutez le premier ci-dessous.',
    addPanel: 'Ajouter un panneau',
    newPanel: (type: string) => `Panneau ${type.toLowerCase()}`,
    copyOf: (name: string) => `${name} (copie)`,
    panelRemoved: (title: string) => `«\u00a0${title}\u00a0» a été retiré`,
    undo: 'Annuler',
    place: (position: number, count: number, width: number) =>
      `Position ${position} sur ${count}, largeur ${width} colonnes sur 12`,
    editPanel: 'Modifier',
    earlier: 'Avancer',
    later: 'Reculer',
    narrower: 'Moins large',
    wider: 'Plus large',
    duplicate: 'Dupliquer',
    remove: 'Retirer',
    conflictTitle: "Quelqu'un d'autre a enregistré ce tableau de bord",
    conflictText:
      "Il a été modifié pendant que vous y travailliez. Rien n'a été écrasé, et vos modifications sont toujours là.",
    saveCopy: 'Enregistrer le mien en copie',
    loadTheirs: 'Abandonner le mien, charger le leur',
    keepEditing: 'Continuer',
    example: 'Créer un exemple',
    exampleName: 'Exemple de tableau de bord',
    exampleText: 'Construit sur les données disponibles. Modifiez ce que vous voulez.',
    exampleTitle: (measure: string, by: string | null) =>
      by === null ? `${measure}\u00a0: chiffres` : `${measure} par ${by.toLowerCase()}`,
    panelName: 'Titre du panneau',
    panelNameNeeded: 'Donnez un titre au panneau.',
    kind: 'Type',
    refresh: 'Actualisation',
    every: (seconds: number) =>
      seconds < 60
        ? `toutes les ${seconds} s`
        : seconds === 60
          ? 'chaque minute'
          : seconds < 3600
            ? `toutes les ${seconds / 60} min`
            : seconds === 3600
              ? 'chaque heure'
              : `toutes les ${seconds / 3600} h`,
    done: 'Terminé',
    types: {
      bar: 'Barres',
      line: 'Courbe',
      pie: 'Secteurs',
      scatter: 'Nuage de points',
      metric: 'Chiffres',
      table: 'Tableau',
    },
  },
);
