/**
 * Answers in the reader's language and region. Where a text in an answer is the platform's own, `translations` beside it
 * has the same keys in the other languages; what somebody declared or wrote has none, and stands as it is.
 */
import { type Writing, writtenAs } from './days';

type Json = Record<string, unknown>;

// A file's bytes are answers too, and are left alone.
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The same answer where nothing in it is translated. */
function translated(value: unknown, reader: Writing): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => translated(item, reader));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (!isJson(value)) return value;
  const changed: Json = {};
  for (const [key, part] of Object.entries(value)) {
    const inside = key === 'translations' ? part : translated(part, reader);
    if (inside !== part) changed[key] = inside;
  }
  const { translations } = value;
  if (isJson(translations)) Object.assign(changed, ownWords(value, translations, reader));
  return Object.keys(changed).length > 0 ? { ...value, ...changed } : value;
}

function ownWords(value: Json, translations: Json, { language, locale }: Writing): Json {
  const own = translations[language];
  if (language !== 'en') return isJson(own) ? own : {};
  const changed: Json = {};
  for (const key of Object.keys(Object.values(translations).find(isJson) ?? {})) {
    const english = value[key];
    const written = inRegion(english, locale);
    if (written !== english) changed[key] = written;
  }
  return changed;
}

function inRegion(english: unknown, locale: string): unknown {
  if (typeof english === 'string') return writtenAs(english, locale);
  if (!Array.isArray(english)) return english;
  const texts = english.map((each) => inRegion(each, locale));
  return texts.some((each, at) => each !== english[at]) ? texts : english;
}

export const inLanguage = <T>(answer: T, reader: Writing): T => translated(answer, reader) as T;
