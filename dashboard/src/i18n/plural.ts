import type { Language } from './language';

/** The form for a number: `one` is for 1 in English, for 0 and 1 in French. */
export const plural = (language: Language, n: number, one: string, other: string) =>
  new Intl.PluralRules(language).select(n) === 'one' ? one : other;
