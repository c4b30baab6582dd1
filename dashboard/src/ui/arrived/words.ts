import { plural } from '@/i18n/plural';
import { defineWords } from '@/i18n/words';

export const words = defineWords('ui/arrived', {
  live: 'Live',
  arrived: (n: number, said: string) => plural('en', n, '1 new · Show', `${said} new · Show`),
});
