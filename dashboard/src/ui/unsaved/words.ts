import { defineWords } from '@/i18n/words';

export const words = defineWords('ui/unsaved', {
  title: 'Leave without saving?',
  text: 'Your changes have not been saved.',
  stay: 'Keep editing',
  discard: 'Discard changes',
});
