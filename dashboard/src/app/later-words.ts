import { defineWords } from '@/i18n/words';

export const words = defineWords(
  {
    updateReady: 'A new version is ready.',
    updateNow: 'Reload',
    unsentBar: (n: number) =>
      n === 1 ? 'One decision is not sent yet' : `${n} decisions are not sent yet`,
    unsentStuck: (n: number) => (n === 1 ? 'one needs you' : `${n} need you`),
    unsentShow: 'Show',
    unsentTitle: 'Decisions were not sent yet',
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
    unsentStuck: (n: number) => (n <= 1 ? 'une a besoin de vous' : `${n} ont besoin de vous`),
    unsentShow: 'Voir',
    unsentTitle: "Des décisions n'ont pas encore été envoyées",
    unsentText: (n: number) =>
      n <= 1
        ? "Une décision prise hors ligne n'a pas été envoyée. La déconnexion l'efface."
        : `${n} décisions prises hors ligne n'ont pas été envoyées. La déconnexion les efface.`,
    discard: 'Se déconnecter et effacer',
    stay: 'Rester connecté',
    news: (n: number) => (n <= 1 ? 'Une nouvelle notification' : `${n} nouvelles notifications`),
  },
);
