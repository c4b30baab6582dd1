/** The words of each language besides English, a file a language, which is loaded when it is spoken. */
import type { Language } from './language';

/** By room; see `rooms.ts`. */
type Catalogue = Readonly<Record<string, unknown>>;

const files = import.meta.glob<{ default: Catalogue }>('./catalogues/*.ts');
const loaded: Partial<Record<Language, Catalogue>> = {};

/** Rejects where its file cannot be had; what is said is English then. */
export async function loadCatalogue(language: Language): Promise<void> {
  const load = files[`./catalogues/${language}.ts`];
  if (load && !loaded[language]) loaded[language] = (await load()).default;
}

/** Undefined for English, which stands in the rooms, and for what is not loaded. */
export const catalogueOf = (language: Language) => loaded[language];
