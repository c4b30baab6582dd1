/** The languages that are spoken here: one list, which all else goes through. Another one is a line, and its catalogue. */
import type { Language } from '@api-types';

export type { Language };

interface Spoken {
  /** As its speakers call it. */
  name: string;
  direction: 'ltr' | 'rtl';
  /** How numbers and dates are written. */
  locale: string;
}

export const LANGUAGES: Readonly<Record<Language, Spoken>> = {
  en: { name: 'English', direction: 'ltr', locale: 'en' },
  fr: { name: 'Français', direction: 'ltr', locale: 'fr' },
};

export const isLanguage = (text: string | undefined): text is Language =>
  text !== undefined && Object.hasOwn(LANGUAGES, text);
