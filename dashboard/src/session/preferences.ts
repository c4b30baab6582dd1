/**
 * Language, region, theme and time zone. They are kept on the device, so that they hold before anybody has signed in
 * and without a network; none of it tells anything of who used it.
 */
import { useSyncExternalStore } from 'react';
import { loadCatalogue } from '@/i18n/catalogue';
import {
  isLanguage,
  isRegion,
  LANGUAGES,
  type Language,
  localeOf,
  type Region,
} from '@/i18n/language';
import { readJson, writeNote } from '@/offline/local';

export type Theme = 'system' | 'light' | 'dark';
export interface Preferences {
  language: Language;
  /** Null leaves it to the instance, and that to the browser. */
  ownRegion: Region | null;
  instanceRegion: Region | null;
  /** The one that holds, of these three. */
  readonly region: string | null;
  theme: Theme;
  timeZone: string;
  /** Keys without a modifier do something; speech input and some hands set them off by accident. */
  hasShortcuts: boolean;
}

export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const KEY = 'iop.preferences';
const listeners = new Set<() => void>();
const dark = window.matchMedia('(prefers-color-scheme: dark)');

function initial(): Preferences {
  const { timeZone, ...noted } = readJson<Preferences>(KEY) ?? {};
  let zone: string | undefined;
  const own = navigator.languages.map((tag) => tag.slice(0, 2));
  const preferred = own.find(isLanguage);
  const chosen = {
    language: preferred ?? 'en',
    ownRegion: null,
    instanceRegion: null,
    ...valid(noted),
  };
  return {
    theme: 'system',
    // To ask for the device's own, or to try one, takes a phone a tenth of a second.
    get timeZone() {
      zone ??= timeZone && isTimeZone(timeZone) ? timeZone : deviceZone();
      return zone;
    },
    hasShortcuts: true,
    ...chosen,
    region: regionOf(chosen),
  };
}

type Placed = Pick<Preferences, 'language' | 'ownRegion' | 'instanceRegion'>;

function regionOf({ language, ownRegion, instanceRegion }: Placed): string | null {
  const tag = navigator.languages.find((each) => each.startsWith(`${language}-`));
  return ownRegion ?? instanceRegion ?? tag?.match(/-([A-Z]{2})$/)?.[1] ?? null;
}

/** Notes of another release, or of somebody's hand, may hold what this one cannot show. */
function valid(noted: Partial<Omit<Preferences, 'timeZone'>>): Partial<Preferences> {
  const { language, ownRegion, instanceRegion, theme, hasShortcuts } = noted;
  return {
    ...(isLanguage(language) && { language }),
    ...(isRegion(ownRegion) && { ownRegion }),
    ...(isRegion(instanceRegion) && { instanceRegion }),
    ...(theme && THEMES.includes(theme) && { theme }),
    ...(typeof hasShortcuts === 'boolean' && { hasShortcuts }),
  };
}

const deviceZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

let current = initial();

function apply() {
  const isDark = current.theme === 'dark' || (current.theme === 'system' && dark.matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  document.documentElement.lang = current.language;
  document.documentElement.dir = LANGUAGES[current.language].direction;
}

/** The words of the language that holds; nothing is to be shown before. */
export const wordsAreThere = () => loadWords(current.language);

// Without its file a language is said in English.
const loadWords = (language: Language) => loadCatalogue(language).catch(() => undefined);

apply();
dark.addEventListener('change', () => {
  apply();
  for (const listener of listeners) listener();
});

export const preferences = () => current;

/** How the reader's texts are written now. */
export const writing = () => ({
  language: current.language,
  locale: localeOf(current.language, current.region),
});

/** Holds at once, but for a language, whose words are loaded first. */
export async function setPreferences(changed: Partial<Omit<Preferences, 'region'>>) {
  if (changed.language) await loadWords(changed.language);
  const all = { ...current, ...changed };
  current = { ...all, region: regionOf(all) };
  writeNote(KEY, JSON.stringify(current));
  apply();
  for (const listener of listeners) listener();
}

/** Nothing was chosen, but what is shown by it has changed. */
export function sayAnew() {
  current = Object.defineProperties({} as Preferences, Object.getOwnPropertyDescriptors(current));
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const usePreferences = () => useSyncExternalStore(subscribe, preferences, preferences);
export const useLanguage = () => usePreferences().language;
