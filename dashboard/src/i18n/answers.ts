/**
 * Answers in the reader's language. Where a text in an answer is the platform's own, `translations` beside it
 * has the same keys in the other languages; what somebody declared or wrote has none.
 */
import type { Language } from './language';

type Json = Record<string, unknown>;

// A file's bytes are answers too, and are left alone.
const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The same answer where nothing in it is translated. */
function translated(value: unknown, language: Language): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => translated(item, language));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (!isJson(value)) return value;
  const changed: Json = {};
  for (const [key, part] of Object.entries(value)) {
    const inside = key === 'translations' ? part : translated(part, language);
    if (inside !== part) changed[key] = inside;
  }
  const { translations } = value;
  const own = isJson(translations) ? translations[language] : null;
  if (isJson(own)) Object.assign(changed, own);
  return Object.keys(changed).length > 0 ? { ...value, ...changed } : value;
}

export const inLanguage = <T>(answer: T, language: Language): T =>
  language === 'en' ? answer : (translated(answer, language) as T);
