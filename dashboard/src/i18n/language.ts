/** The languages that are spoken here: one list, which all else goes through. Another one is a line, and its catalogue. */
import type { Language, MySettings } from '@api-types';

export type { Language };
export type Region = NonNullable<MySettings['region']>;

interface Spoken {
  /** As its speakers call it. */
  name: string;
  direction: 'ltr' | 'rtl';
  /** Where it is written in a way of that place. */
  regions: readonly Region[];
  /** How numbers and dates are written where nobody said where, and in other places. */
  locale: string;
  abroad: string;
}

export const LANGUAGES: Readonly<Record<Language, Spoken>> = {
  en: {
    name: 'English',
    direction: 'ltr',
    regions: ['US', 'GB', 'GH', 'KE', 'NG'],
    locale: 'en',
    abroad: 'en-001',
  },
  fr: {
    name: 'Français',
    direction: 'ltr',
    regions: ['FR', 'CI', 'CM', 'SN'],
    locale: 'fr',
    abroad: 'fr',
  },
};

export const REGIONS = Object.values(LANGUAGES).flatMap(({ regions }) => regions);

export const isLanguage = (text: string | undefined): text is Language =>
  text !== undefined && Object.hasOwn(LANGUAGES, text);

export const isRegion = (text: string | null | undefined): text is Region =>
  REGIONS.some((region) => region === text);

/** How numbers, dates and money are written there in the language. */
export function localeOf(language: Language, region: string | null): string {
  const { regions, locale, abroad } = LANGUAGES[language];
  if (!region) return locale;
  return regions.some((each) => each === region) ? `${language}-${region}` : abroad;
}
