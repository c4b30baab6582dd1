import { defineWords } from '@/i18n/words';

export const words = defineWords(
  {
    retry: 'Try again',
    close: 'Close',
    cancel: 'Cancel',
    loading: 'Loading…',
    more: 'Show more',
    offlineTitle: 'No connection',
    offlineText:
      'This was never seen on this device, so there is nothing to show until you are back online.',
    forbiddenTitle: 'Not for your role',
    absentTitle: 'Not found',
    busyTitle: 'The platform is busy',
    busyText: 'It did not answer in time. Nothing was changed.',
    faultTitle: 'Something went wrong',
    faultText: (id: string) => `The platform's log has the cause under this id: ${id}`,
    faultUnknown:
      'The page could not be shown. Reload it; if that does not help, tell an administrator.',
    reload: 'Reload',
    savedData: (ago: string) => `Saved data, ${ago}`,
    required: 'required',
    table: 'Table',
    chart: 'Chart',
    download: 'Download CSV',
  },
  {
    retry: 'Réessayer',
    close: 'Fermer',
    cancel: 'Annuler',
    loading: 'Chargement…',
    more: 'Afficher la suite',
    offlineTitle: 'Pas de connexion',
    offlineText:
      "Ceci n'a jamais été vu sur cet appareil : il n'y a rien à afficher tant que vous êtes hors ligne.",
    forbiddenTitle: 'Réservé à un autre rôle',
    absentTitle: 'Introuvable',
    busyTitle: 'La plateforme est occupée',
    busyText: "Elle n'a pas répondu à temps. Rien n'a été modifié.",
    faultTitle: "Une erreur s'est produite",
    faultText: (id: string) =>
      `Le journal de la plateforme en donne la cause sous ce numéro : ${id}`,
    faultUnknown:
      "La page n'a pas pu être affichée. Rechargez-la ; si cela ne suffit pas, prévenez un administrateur.",
    reload: 'Recharger',
    savedData: (ago: string) => `Données enregistrées, ${ago}`,
    required: 'obligatoire',
    table: 'Tableau',
    chart: 'Graphique',
    download: 'Télécharger en CSV',
  },
);
