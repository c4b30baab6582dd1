import { expect, test } from 'vitest';
import { inLanguage } from './answers';

const answer = {
  pages: [
    {
      items: [
        { id: 1, title: 'Late', translations: { fr: { title: 'En retard' } } },
        { id: 2, title: 'Flights', translations: null },
      ],
    },
  ],
};

test('what is translated takes the place of the English, however deep it lies', () => {
  const [page] = inLanguage(answer, 'fr').pages;
  expect(page?.items.map(({ title }) => title)).toEqual(['En retard', 'Flights']);
});

test('English is as it came, and so is what has no translation', () => {
  expect(inLanguage(answer, 'en')).toBe(answer);
  const plain = { rows: [[1, 'a', null]], translations: null };
  expect(inLanguage(plain, 'fr')).toBe(plain);
});

test('an answer may be a file, or have the word as a name of its own', () => {
  const file = new Blob(['%PDF']);
  expect(inLanguage(file, 'fr')).toBe(file);
  const named = { translations: 'none', metadata: { translations: { de: { title: 'x' } } } };
  expect(inLanguage(named, 'fr')).toBe(named);
});
