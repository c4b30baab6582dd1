import { defineWords } from '@/i18n/words';

export const words = defineWords(
  {
    skip: 'Skip to content',
    main: 'Main',
    home: 'Home',
    recommendations: 'Inbox',
    dashboards: 'Dashboards',
    reports: 'Reports',
    more: 'More',
    models: 'Models',
    executions: 'Executions',
    datasets: 'Datasets',
    notifications: 'Notifications',
    settings: 'Settings',
    users: 'Users',
    audit: 'Audit trail',
    operate: 'Dagster',
    apiDocs: 'API reference',
    signOut: 'Sign out',
    admin: 'administrator',
    viewer: 'viewer',
    offline: 'You are offline. What you see was saved on this device.',
    updateReady: 'A new version is ready.',
    updateNow: 'Reload',
    absentTitle: 'There is no such page',
    absentText: 'The address may be mistyped, or what stood there was removed.',
    backHome: 'Go to the start page',
    unread: (n: string) => `Notifications, ${n} unread`,
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
  },
  {
    skip: 'Aller au contenu',
    main: 'Principal',
    home: 'Accueil',
    recommendations: 'À traiter',
    dashboards: 'Tableaux',
    reports: 'Rapports',
    more: 'Plus',
    models: 'Modèles',
    executions: 'Exécutions',
    datasets: 'Jeux de données',
    notifications: 'Notifications',
    settings: 'Réglages',
    users: 'Utilisateurs',
    audit: "Journal d'audit",
    operate: 'Dagster',
    apiDocs: "Référence de l'API",
    signOut: 'Se déconnecter',
    admin: 'administrateur',
    viewer: 'lecteur',
    offline: 'Vous êtes hors ligne. Ce que vous voyez a été enregistré sur cet appareil.',
    updateReady: 'Une nouvelle version est prête.',
    updateNow: 'Recharger',
    absentTitle: "Cette page n'existe pas",
    absentText: "L'adresse est peut-être mal saisie, ou ce qui s'y trouvait a été retiré.",
    backHome: "Aller à la page d'accueil",
    unread: (n: string) => `Notifications, ${n} non lues`,
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
  },
);
