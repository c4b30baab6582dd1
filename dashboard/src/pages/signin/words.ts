import { defineWords, plural } from '@/i18n/words';

export const words = defineWords(
  {
    title: 'Sign in',
    lead: 'Findings, recommendations and reports of your data.',
    name: 'Name',
    password: 'Password',
    submit: 'Sign in',
    provider: 'Sign in with your organisation',
    wrong: 'Name or password is wrong.',
    tooMany: (minutes: number) =>
      `Too many tries. Wait ${minutes} ${plural('en', minutes, 'minute', 'minutes')} and try again.`,
    offline: 'The platform cannot be reached. Check your connection and try again.',
  },
  {
    title: 'Connexion',
    lead: 'Constats, recommandations et rapports de vos données.',
    name: 'Nom',
    password: 'Mot de passe',
    submit: 'Se connecter',
    provider: 'Se connecter avec votre organisation',
    wrong: 'Le nom ou le mot de passe est faux.',
    tooMany: (minutes: number) =>
      `Trop d'essais. Attendez ${minutes} ${plural('fr', minutes, 'minute', 'minutes')} et réessayez.`,
    offline: 'La plateforme est injoignable. Vérifiez votre connexion et réessayez.',
  },
);
