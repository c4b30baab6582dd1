import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import type { Change } from '@/offline/decisions';
import { words } from './words';

/** Says what somebody wanted to be done. */
export function useWishWords() {
  const t = useWords(words);
  const format = useFormat();
  return (change: Change): string => {
    switch (change.kind) {
      case 'comment':
        return t.wantsComment;
      case 'snooze':
        return change.until ? t.wantsSnooze(format.dateTime(change.until)) : t.wantsWake;
      case 'status':
        return t.decided[change.status];
    }
  };
}
