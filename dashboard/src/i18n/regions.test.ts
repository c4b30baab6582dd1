import { describe, expect, test, vi } from 'vitest';
import { LANGUAGES, type Language, localeOf, REGIONS } from './language';

vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['fr-SN', 'en-NG', 'en'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });

const { formatters } = await import('./format');
const { preferences, setPreferences } = await import('@/session/preferences');

const NARROW = '\u202f';
const HARD = '\u00a0';
const at = '2026-02-09T14:05:00Z';

// By the charts of Unicode's CLDR: day periods, order of days, signs, and the own sign of a region's money.
describe.each([
  ['en', 'NG', '9 Feb 2026, 14:05', '1,234,567.89', '₦1,234.50', '12.5%'],
  ['en', 'GB', '9 Feb 2026, 14:05', '1,234,567.89', `NGN${HARD}1,234.50`, '12.5%'],
  ['en', 'US', 'Feb 9, 2026, 2:05 PM', '1,234,567.89', `NGN${HARD}1,234.50`, '12.5%'],
  [
    ...(['fr', 'SN', '9 févr. 2026, 14:05', `1${NARROW}234${NARROW}567,89`] as const),
    ...([`1${NARROW}234,50${HARD}NGN`, `12,5${HARD}%`] as const),
  ],
  // Where a language has no way of that place, its way of the world: English of Senegal is no American's.
  ['en', 'SN', '9 Feb 2026, 2:05 pm', '1,234,567.89', `NGN${HARD}1,234.50`, '12.5%'],
  ['en', 'AU', '9 Feb 2026, 2:05 pm', '1,234,567.89', `NGN${HARD}1,234.50`, '12.5%'],
] as const)('%s of %s', (language, region, moment, number, money, share) => {
  const format = formatters({ language, region, timeZone: 'UTC' });
  test('is written as it is there', () => {
    expect(format.dateTime(at).replace(/\s/g, ' ')).toBe(moment);
    expect(format.number(1_234_567.89)).toBe(number);
    expect(format.money(1234.5, 'NGN')).toBe(money);
    expect(format.percent(12.5)).toBe(share);
  });
});

// The server's texts have one way a language for these; days.ts writes the others anew.
test.each(Object.entries(LANGUAGES))(
  'what the regions of %s write alike',
  (language, { regions }) => {
    const said = [...regions, null].map((region) => {
      const f = formatters({ language: language as Language, region, timeZone: 'UTC' });
      const days = language === 'en' ? [] : [f.dateTime(at), f.time(at), f.monthName(2)];
      return [f.number(-1_234_567.89), f.percent(12.5), f.monthName(9), ...days];
    });
    for (const each of said) expect(each).toEqual(said[0]);
  },
);

test('francs have their own name', () => {
  const senegal = formatters({ language: 'fr', region: 'SN', timeZone: 'UTC' });
  expect(senegal.money(1234.5, 'XOF')).toBe(`1${NARROW}235${HARD}F${NARROW}CFA`);
});

test('where nobody says where, a language is written as before', () => {
  expect([localeOf('en', null), localeOf('fr', null)]).toEqual(['en', 'fr']);
  expect(localeOf('fr', 'NG')).toBe('fr');
  expect(new Set(REGIONS).size).toBe(REGIONS.length);
});

test('one’s own region goes before the instance’s, and that before the browser’s of the same language', async () => {
  expect([preferences().language, preferences().region]).toEqual(['fr', 'SN']);
  await setPreferences({ language: 'en' });
  expect(preferences().region).toBe('NG');
  await setPreferences({ instanceRegion: 'GB' });
  expect(preferences().region).toBe('GB');
  await setPreferences({ ownRegion: 'US' });
  expect(preferences().region).toBe('US');
  await setPreferences({ ownRegion: null });
  expect(preferences().region).toBe('GB');
});
