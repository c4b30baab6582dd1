/**
 * Texts. A room keeps its English in a `words.ts` of its own, so that it travels with the room's code; it decides the
 * shape, and a text that a language's catalogue lacks fails to compile.
 */
import { catalogueOf } from '@/i18n/catalogue';
import type { Language } from '@/i18n/language';
import { useLanguage } from '@/session/preferences';

// A text is a string, or a function of what stands in it.
type Text = string | ((...args: never[]) => string);
type Texts = { readonly [name: string]: Text | Texts };
type Same<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Same<T[K]> };

export interface Words<T> {
  readonly en: T;
  readonly within: (language: Language) => T;
}

export function defineWords<T extends Texts>(room: string, texts: T): Words<Same<T>> {
  const en = texts as unknown as Same<T>;
  // A test asks that rooms.ts has the room; its type cannot, for it is made of this one.
  return { en, within: (language) => (catalogueOf(language)?.[room] as Same<T> | undefined) ?? en };
}

type Joined<P> = P extends readonly [Words<infer T>, ...infer Rest] ? T & Joined<Rest> : unknown;

/** The words of several rooms as one; of the same name the last. */
export function joinWords<P extends readonly Words<object>[]>(...parts: P): Words<Joined<P>> {
  const joined = new Map<object | undefined, Joined<P>>();
  const within = (language: Language) => {
    // Made once for each catalogue, so that what is read is the same until it changes.
    const catalogue = catalogueOf(language);
    const known = joined.get(catalogue);
    if (known) return known;
    const made = Object.assign({}, ...parts.map((part) => part.within(language))) as Joined<P>;
    joined.set(catalogue, made);
    return made;
  };
  return { en: Object.assign({}, ...parts.map(({ en }) => en)) as Joined<P>, within };
}

export function useWords<T>(words: Words<T>): T {
  return words.within(useLanguage());
}
