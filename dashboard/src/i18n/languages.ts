/** Apart from the texts: preferences need the names before any text is there. */
export const LANGUAGES = ['en', 'fr'] as const;
export type Language = (typeof LANGUAGES)[number];
