import { defineWords, plural } from '@/i18n/words';

export const words = defineWords(
  {
    title: 'Sign in',
    lead: 'Findings, recommendations and reports from your data.',
    name: 'Name',
    password: 'Password',
    submit: 'Sign in',
    provider: 'Sign in with your organisation',
    wrong: 'Incorrect name or password.',
    tooMany: (minutes: number) =>
      `Too many attempts. Wait ${minutes} ${plural('en', minutes, 'minute', 'minutes')} and try again.`,
    offline: 'The platform cannot be reached. Check your connection and try again.',
  },
  {
    title: 'Connexion',
    lead: 'Constats, recommandations et rapports sur vos données.',
    name: 'Nom',
    password: 'Mot de passe',
    submit: 'Se connecter',
    provider: 'Se connecter avec votre organisation',
    wrong: 'Nom ou mot de passe incorrect.',
    tooMany: (minutes: number) =>
      `Trop de tentatives. Attendez ${minutes} ${plural('fr', minutes, 'minute', 'minutes')} et réessayez.`,
    offline: 'La plateforme est injoignable. Vérifiez votre connexion et réessayez.',
  },
);
