import { defineWords } from '@/i18n/words';

export const words = defineWords(
  {
    updateReady: 'A new version is ready.',
    updateNow: 'Reload',
    unsentBar: (n: number) =>
      n === 1 ? 'One decision has not been sent yet' : `${n} decisions have not been sent yet`,
    unsentStuck: (n: number) => (n === 1 ? 'one needs your attention' : `${n} need your attention`),
    unsentShow: 'Show',
    unsentTitle: 'Unsent decisions',
    unsentText: (n: number) =>
      n === 1
        ? 'One decision made offline has not been sent. Signing out discards it.'
        : `${n} decisions made offline have not been sent. Signing out discards them.`,
    discard: 'Sign out and discard',
    stay: 'Stay signed in',
    news: (n: number) => (n === 1 ? 'One new notification' : `${n} new notifications`),
  },
  {
    updateReady: 'Une nouvelle version est prête.',
    updateNow: 'Recharger',
    unsentBar: (n: number) =>
      n <= 1
        ? "Une décision n'est pas encore envoyée"
        : `${n} décisions ne sont pas encore envoyées`,
    unsentStuck: (n: number) =>
      n <= 1 ? 'une demande votre attention' : `${n} demandent votre attention`,
    unsentShow: 'Voir',
    unsentTitle: 'Décisions non envoyées',
    unsentText: (n: number) =>
      n <= 1
        ? "Une décision prise hors ligne n'a pas été envoyée. La déconnexion l'efface."
        : `${n} décisions prises hors ligne n'ont pas été envoyées. La déconnexion les efface.`,
    discard: 'Se déconnecter et effacer',
    stay: 'Rester connecté',
    news: (n: number) => (n <= 1 ? 'Une nouvelle notification' : `${n} nouvelles notifications`),
  },
);
