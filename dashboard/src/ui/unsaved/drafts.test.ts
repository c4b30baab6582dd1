import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { holdDraft, onceNoDrafts } from './drafts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what would take a draft waits until the last is done, and happens once', () => {
  const act = vi.fn();
  const [first, second] = [holdDraft(), holdDraft()];
  onceNoDrafts(act);
  first();
  vi.runAllTimers();
  expect(act).not.toHaveBeenCalled();
  // Drawn anew, a form holds again at once.
  second();
  const third = holdDraft();
  vi.runAllTimers();
  expect(act).not.toHaveBeenCalled();
  third();
  vi.runAllTimers();
  holdDraft()();
  vi.runAllTimers();
  expect(act).toHaveBeenCalledTimes(1);
});

test('nothing waits where nobody writes', () => {
  const act = vi.fn();
  onceNoDrafts(act);
  expect(act).toHaveBeenCalledTimes(1);
});
