import { defineWords } from '@/i18n/words';

export const words = defineWords(
  {
    title: 'Leave without saving?',
    text: 'Your changes have not been saved.',
    stay: 'Keep editing',
    discard: 'Discard changes',
  },
  {
    title: 'Quitter sans enregistrer\u00a0?',
    text: 'Vos modifications ne sont pas enregistrées.',
    stay: 'Continuer la modification',
    discard: 'Abandonner les modifications',
  },
);
