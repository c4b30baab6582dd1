import { expect, test } from 'vitest';
import { csvLine, differences } from './difference';

test('only what differs is named, parts by their path', () => {
  const before = { role: 'viewer', name: 'vic', limits: { day: 1, week: 2 } };
  const after = { role: 'admin', name: 'vic', limits: { day: 1, week: 3 } };
  expect(differences(before, after)).toEqual([
    { name: 'role', before: 'viewer', after: 'admin' },
    { name: 'limits.week', before: '2', after: '3' },
  ]);
});

test('what is new has no before, what is gone no after', () => {
  expect(differences(null, { id: 7 })).toEqual([{ name: 'id', before: null, after: '7' }]);
  expect(differences({ tags: ['a'] }, null)).toEqual([
    { name: 'tags', before: '["a"]', after: null },
  ]);
  expect(differences(null, null)).toEqual([]);
});

test('CSV keeps quotes and lines, and is no formula', () => {
  expect(csvLine([1, 'a,"b"\nc', null, '=cmd()'])).toBe('1,"a,""b""\nc",,\'=cmd()');
});
