import { expect, test, vi } from 'vitest';
import { LANGUAGES } from './language';

// The browser's parts that rooms look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['en'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const catalogues = import.meta.glob<Record<string, unknown>>('./catalogues/*.ts', {
  eager: true,
  import: 'default',
});
const files = import.meta.glob<Record<string, unknown>>([
  '/src/**/*words.ts',
  '/src/i18n/vocabulary.ts',
]);
const sources = import.meta.glob<string>(['/src/**/*.ts', '/src/**/*.tsx', '!/src/**/*.test.*'], {
  eager: true,
  query: '?raw',
  import: 'default',
});

const rooms = await Promise.all(
  Object.entries(files).map(async ([path, load]) => [path, await load()] as const),
);

/** Of each room the English, by the name that its words are defined by. */
const english = Object.fromEntries(
  rooms.flatMap(([path, room]) => {
    const source = sources[path] ?? '';
    return [...source.matchAll(/(\w+) = defineWords\('([^']+)'/g)].map(
      ([, exported = '', name = '']) => [name, (room[exported] as { en: unknown }).en],
    );
  }),
);

/** The paths of all texts, and of each whether something is put into it. */
function shapeOf(texts: unknown, path = ''): Record<string, boolean> {
  if (typeof texts === 'string') return { [path]: false };
  if (typeof texts === 'function') return { [path]: true };
  return Object.assign(
    {},
    ...Object.entries(texts as object).map(([key, text]) => shapeOf(text, `${path}/${key}`)),
  );
}

const codes = Object.keys(LANGUAGES).filter((code) => code !== 'en');

test('there are rooms that say something', () => {
  expect(Object.keys(english).length).toBeGreaterThan(15);
});

test('each language of the list has its catalogue, and no other has one', () => {
  expect(Object.keys(catalogues).sort()).toEqual(
    codes.map((code) => `./catalogues/${code}.ts`).sort(),
  );
});

test.each(codes)('%s has the words of every room, and no others', (code) => {
  const catalogue = catalogues[`./catalogues/${code}.ts`];
  expect(shapeOf(catalogue)).toEqual(shapeOf(english));
});

test('no text leads to a file of the source, which a reader of the app cannot open', () => {
  const texts = Object.entries(sources).filter(
    ([path]) => path.includes('/catalogues/') || /words\.ts$|\/vocabulary\.ts$/.test(path),
  );
  expect(texts.length).toBeGreaterThan(15);
  const leading = texts.filter(([, text]) => /['"`].*(\bdocs\/|\.(md|py|ya?ml)\b)/.test(text));
  expect(leading.map(([path]) => path)).toEqual([]);
});

test('nothing but the list and its catalogue names a language besides English', () => {
  const named = Object.entries(sources).filter(
    ([path, text]) =>
      !path.includes('/catalogues/') &&
      !path.endsWith('/language.ts') &&
      codes.some((code) => new RegExp(`['"\`]${code}['"\`]|^\\s*${code}:`, 'm').test(text)),
  );
  expect(named.map(([path]) => path)).toEqual([]);
});
