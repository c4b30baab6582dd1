import { expect, test } from 'vitest';
import { editsOf, redone, stepped, undone } from './edits';

test('steps are undone and made again one by one, and a new step ends what was undone', () => {
  let edits = editsOf('a');
  for (const [at, now] of ['b', 'c', 'd'].entries()) edits = stepped(edits, now, null, at);
  expect(undone(edits).now).toBe('c');
  edits = undone(undone(edits));
  expect(edits.now).toBe('b');
  expect(redone(edits).now).toBe('c');
  expect(redone(redone(edits)).now).toBe('d');
  edits = stepped(edits, 'e', null, 9);
  expect(redone(edits).now).toBe('e');
  expect([undone(edits).now, undone(undone(edits)).now]).toEqual(['b', 'a']);
  expect(undone(undone(undone(edits))).now).toBe('a');
});

test('what is typed without a pause is one step, and another part is another', () => {
  let edits = editsOf('');
  edits = stepped(edits, 'N', 'name', 1000);
  edits = stepped(edits, 'Na', 'name', 1900);
  edits = stepped(edits, 'Nam', 'name', 2800);
  expect(undone(edits).now).toBe('');
  edits = stepped(edits, 'Name', 'name', 3900);
  expect(undone(edits).now).toBe('Nam');
  edits = stepped(edits, 'Name, text', 'description', 4000);
  expect(undone(edits).now).toBe('Name');
});

test('what changes nothing is no step', () => {
  const edits = editsOf({ panels: [1] });
  expect(stepped(edits, { panels: [1] }, null, 5)).toBe(edits);
});
