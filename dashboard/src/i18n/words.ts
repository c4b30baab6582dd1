/**
 * Texts. A room keeps its catalogue in a `words.ts` of its own, both languages side by side, so that it
 * travels with the room's code; English decides the shape, and a French text that is missing fails to compile.
 */
import type { Language } from '@/i18n/language';
import { useLanguage } from '@/session/preferences';

// A text is a string, or a function of what stands in it.
type Text = string | ((...args: never[]) => string);
type Catalogue = { readonly [name: string]: Text | Catalogue };
type Same<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Same<T[K]> };

export type Words<T> = Record<Language, Same<T>>;

export const defineWords = <T extends Catalogue>(en: T, fr: Same<T>): Words<T> => ({
  en: en as unknown as Same<T>,
  fr,
});

export function useWords<T>(words: Words<T>): Same<T> {
  return words[useLanguage()];
}

/** The form for a number: `one` is for 1 in English, for 0 and 1 in French. */
export const plural = (language: Language, n: number, one: string, other: string) =>
  new Intl.PluralRules(language).select(n) === 'one' ? one : other;
