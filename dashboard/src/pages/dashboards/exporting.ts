/** The whole query of a panel, or of a level of its drill, as a file that the server writes. */
import type { Drill } from '@/api/client';
import type { Language } from '@/i18n/language';

const PATH = '/api/panels/export';
/** How numbers are written and columns parted where a language is spoken. */
const LOCALES: Record<Language, string> = { en: 'en-US', fr: 'fr-FR' };

export type Exported = Drill & { of: 'panel' | 'level' };

export const exportOf = (asked: Exported, language: Language) =>
  `${PATH}?input=${encodeURIComponent(JSON.stringify({ ...asked, locale: LOCALES[language] }))}`;

/** The browser takes it as it comes; this page holds none of it. */
export function download(href: string) {
  const link = document.createElement('a');
  link.href = href;
  link.download = '';
  link.click();
}
