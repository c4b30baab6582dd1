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
      `Its ${n} ${plural('en', n, 'panel goes', 'panels go')} with it. The data behind them stays.`,
    addFirst: 'Add the first one below.',
    addPanel: 'Add a panel',
    newPanel: (type: string) => `${type} panel`,
    copyOf: (name: string) => `${name} (copy)`,
    panelRemoved: (title: string) => `“${title}” was removed`,
    undo: 'Undo',
    place: (position: number, count: number, width: number) =>
      `Place ${position} of ${count}, ${width} of 12 columns wide`,
    editPanel: 'Edit',
    earlier: 'Earlier',
    later: 'Later',
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
    exampleText: 'Made of the data that is here. Change whatever you like.',
    exampleTitle: (measure: string, by: string | null) =>
      by === null ? `${measure}: figures` : `${measure} by ${by.toLowerCase()}`,
    panelName: 'Title of the panel',
    panelNameNeeded: 'Give the panel a title.',
    kind: 'Kind',
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
    newTitle: 'Nouveau tableau',
    editTitle: 'Modifier le tableau',
    panelTitle: (title: string) => `Panneau\u00a0: ${title}`,
    save: 'Enregistrer',
    cancel: 'Annuler',
    name: 'Nom',
    description: 'Description',
    offlineNoSave: 'Il faut une connexion pour enregistrer.',
    dashboardSaved: 'Le tableau a été enregistré',
    dashboardDeleted: (name: string) => `«\u00a0${name}\u00a0» a été supprimé`,
    deleteDashboard: 'Supprimer le tableau',
    deleteTitle: (name: string) => `Supprimer «\u00a0${name}\u00a0»\u00a0?`,
    deleteText: (n: number) =>
      n <= 1
        ? 'Son panneau disparaît avec lui. Les données restent.'
        : `Ses ${n} panneaux disparaissent avec lui. Les données restent.`,
    addFirst: 'Ajoutez le premier ci-dessous.',
    addPanel: 'Ajouter un panneau',
    newPanel: (type: string) => `Panneau ${type.toLowerCase()}`,
    copyOf: (name: string) => `${name} (copie)`,
    panelRemoved: (title: string) => `«\u00a0${title}\u00a0» a été retiré`,
    undo: 'Annuler',
    place: (position: number, count: number, width: number) =>
      `Place ${position} sur ${count}, largeur ${width} colonnes sur 12`,
    editPanel: 'Modifier',
    earlier: 'Plus tôt',
    later: 'Plus tard',
    narrower: 'Moins large',
    wider: 'Plus large',
    duplicate: 'Dupliquer',
    remove: 'Retirer',
    conflictTitle: "Quelqu'un d'autre a enregistré ce tableau",
    conflictText:
      "Il a été modifié pendant que vous y travailliez. Rien n'a été écrasé, et vos changements sont toujours là.",
    saveCopy: 'Enregistrer le mien en copie',
    loadTheirs: 'Abandonner le mien, charger le leur',
    keepEditing: 'Continuer',
    example: 'Créer un exemple',
    exampleName: 'Tableau exemple',
    exampleText: 'Fait des données présentes ici. Changez ce que vous voulez.',
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
