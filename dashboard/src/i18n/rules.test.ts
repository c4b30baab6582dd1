import { afterEach, describe, expect, test } from 'vitest';
import { inZone, noteRules } from './rules';
import { fieldsOf, momentAt } from './zone';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(text);
// Clocks an hour ahead until a day in 2026, then at UTC: no browser has such a rule for Tokyo.
const rules = {
  since: at('2023-01-01T00:00Z'),
  until: at('2032-01-01T00:00Z'),
  changes: [
    [at('2023-01-01T00:00Z'), HOUR],
    [at('2026-09-20T02:00Z'), 0],
  ] as const,
};

afterEach(() => noteRules({ 'Asia/Tokyo': { ...rules, until: 0, changes: [] } }));

describe('what clocks of a zone show', () => {
  test("is by the browser's rules while the server's are not known", () => {
    expect(fieldsOf(new Date('2026-10-01T00:00Z'), 'Asia/Tokyo')).toEqual([2026, 9, 1, 9, 0]);
  });

  test.each([
    ['2026-09-20T01:59Z', [2026, 8, 20, 2, 59]],
    ['2026-09-20T02:00Z', [2026, 8, 20, 2, 0]],
    // Outside the years that are told the browser's own hold.
    ['2022-12-31T23:59Z', [2023, 0, 1, 8, 59]],
    ['2032-01-01T00:00Z', [2032, 0, 1, 9, 0]],
  ])("is by the server's once they are: %s", (text, fields) => {
    noteRules({ 'Asia/Tokyo': { ...rules, changes: [...rules.changes] } });
    expect(fieldsOf(new Date(text), 'Asia/Tokyo')).toEqual(fields);
  });

  test('is written so, and read back so', () => {
    noteRules({ 'Asia/Tokyo': { ...rules, changes: [...rules.changes] } });
    const [shown, timeZone] = inZone(new Date('2026-09-01T08:00Z'), 'Asia/Tokyo');
    const text = new Intl.DateTimeFormat('en', { timeStyle: 'short', timeZone }).format(shown);
    expect(text).toContain('9:00');
    expect(momentAt([2026, 9, 1, 9, 0], 'Asia/Tokyo')).toEqual(new Date('2026-10-01T09:00Z'));
    expect(momentAt([2026, 8, 1, 9, 0], 'Asia/Tokyo')).toEqual(new Date('2026-09-01T08:00Z'));
  });

  test('of another zone stays what it is', () => {
    noteRules({ 'Asia/Tokyo': { ...rules, changes: [...rules.changes] } });
    const moment = new Date('2026-10-01T00:00Z');
    expect(inZone(moment, 'Africa/Lagos')).toEqual([moment, 'Africa/Lagos']);
  });
});
