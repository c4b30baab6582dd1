import { plural } from '@/i18n/plural';
import { defineWords } from '@/i18n/words';

export const words = defineWords('signin', {
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
});
