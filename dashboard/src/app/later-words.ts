import { defineWords } from '@/i18n/words';

export const words = defineWords('app/later', {
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
});
