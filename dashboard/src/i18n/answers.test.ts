import { expect, test } from 'vitest';
import { inLanguage } from './answers';

const french = { language: 'fr', locale: 'fr-SN' } as const;

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
  const [page] = inLanguage(answer, french).pages;
  expect(page?.items.map(({ title }) => title)).toEqual(['En retard', 'Flights']);
});

test('English is as it came, and so is what has no translation', () => {
  expect(inLanguage(answer, { language: 'en', locale: 'en-GB' })).toBe(answer);
  const plain = { rows: [[1, 'a', null]], translations: null };
  expect(inLanguage(plain, french)).toBe(plain);
});

test('an answer may be a file, or have the word as a name of its own', () => {
  const file = new Blob(['%PDF']);
  expect(inLanguage(file, french)).toBe(file);
  const named = { translations: 'none', metadata: { translations: { de: { title: 'x' } } } };
  expect(inLanguage(named, french)).toBe(named);
});

// By the charts of Unicode's CLDR 48: the order of a day, September's short name, and hours of twelve.
test.each([
  ['en', 'Feb 8, 2013', 'Sep 8, 2013, 9:05 AM', 'February 8, 2013, 2:00 PM', '5:30 AM'],
  ['en-US', 'Feb 8, 2013', 'Sep 8, 2013, 9:05 AM', 'February 8, 2013, 2:00 PM', '5:30 AM'],
  ['en-GB', '8 Feb 2013', '8 Sept 2013, 09:05', '8 February 2013, 14:00', '05:30'],
  ['en-NG', '8 Feb 2013', '8 Sept 2013, 09:05', '8 February 2013, 14:00', '05:30'],
  ['en-GH', '8 Feb 2013', '8 Sept 2013, 9:05 am', '8 February 2013, 2:00 pm', '5:30 am'],
] as const)('days of the server’s English are those of %s', (locale, day, moment, long, time) => {
  const reader = { language: 'en', locale } as const;
  const own = (texts: string[]) => ({ texts, translations: { fr: { texts: [] } } });
  const said = [
    'Delay 68 min on 8 Feb 2013; usually 2–9 min',
    'since 8 Sep 2013 09:05',
    'once on 8 February 2013, 14:00',
    'every day at 05:30',
  ];
  const plain = ({ texts }: { texts: string[] }) => texts.map((text) => text.replace(/\s/g, ' '));
  expect(plain(inLanguage(own(said), reader))).toEqual([
    `Delay 68 min on ${day}; usually 2–9 min`,
    `since ${moment}`,
    `once on ${long}`,
    `every day at ${time}`,
  ]);
});

// By the same charts: hours of twelve in America, and of twenty-four in Britain.
test.each([
  ['at 06:00 and 18:30', 'at 6:00 AM and 6:30 PM'],
  ['at 00:15, 12:00 and 18:00 (Africa/Lagos)', 'at 12:15 AM, 12:00 PM and 6:00 PM (Africa/Lagos)'],
  ['every 2 hours from 08:00 to 18:00', 'every 2 hours from 8:00 AM to 6:00 PM'],
  ['every Monday, at 07:45, 13:05', 'every Monday, at 7:45 AM, 1:05 PM'],
  ['at 06:00 and 30 others', 'at 6:00 AM and 30 others'],
  ['at 24:00 and 18:00', 'at 24:00 and 6:00 PM'],
  ['from 08:00 to 18:60', 'from 8:00 AM to 18:60'],
  ['seats 12:30 and 18:00', 'seats 12:30 and 18:00'],
])('each time of %s is of the region', (said, american) => {
  const own = { scheduleWords: said, translations: { fr: { scheduleWords: '' } } };
  const shown = (locale: string) =>
    inLanguage(own, { language: 'en', locale }).scheduleWords.replace(/\s/g, ' ');
  expect([shown('en-US'), shown('en-GB')]).toEqual([american, said]);
});

test('what somebody wrote, French, and what is no day stand as they are', () => {
  const american = { language: 'en', locale: 'en-US' } as const;
  const note = { text: 'seen on 8 Feb 2013', translations: null };
  expect(inLanguage(note, american)).toBe(note);
  const title = { title: '8 févr. 2013', translations: { fr: { title: '8 févr. 2013' } } };
  expect(inLanguage(title, french).title).toBe('8 févr. 2013');
  const odd = { title: '31 Feb 2013, 8 Marsh 2013', translations: { fr: { title: '' } } };
  expect(inLanguage(odd, american)).toBe(odd);
});
