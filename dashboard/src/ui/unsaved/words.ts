import { defineWords } from '@/i18n/words';

export const words = defineWords(
  {
    title: 'Leave without saving?',
    text: 'What you changed here is not saved yet.',
    stay: 'Keep editing',
    discard: 'Discard changes',
  },
  {
    title: 'Quitter sans enregistrer\u00a0?',
    text: "Ce que vous avez changé ici n'est pas encore enregistré.",
    stay: 'Continuer',
    discard: 'Abandonner les changements',
  },
);
