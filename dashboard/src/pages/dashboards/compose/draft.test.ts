import { describe, expect, it } from 'vitest';
import { type DraftPanel, duplicated, moved, removed, resized, restored, savingOf } from './draft';

const panel = (key: string, id: number | null = null): DraftPanel => ({
  key,
  id,
  title: key,
  type: 'table',
  queryConfig: { version: 2, source: 'x', datasets: {} },
  refreshS: 60,
  width: 6,
});
const three = [panel('a', 1), panel('b', 2), panel('c')];
const keys = (panels: readonly DraftPanel[]) => panels.map((each) => each.key).join('');

describe('a draft', () => {
  it('moves panels by one place, and not over the ends', () => {
    expect(keys(moved(three, 'b', -1))).toBe('bac');
    expect(keys(moved(three, 'b', 1))).toBe('acb');
    expect(moved(three, 'a', -1)).toBe(three);
    expect(moved(three, 'c', 1)).toBe(three);
  });

  it('keeps widths within the twelve columns', () => {
    const widths = (by: -1 | 1, times: number) => {
      let panels: readonly DraftPanel[] = three;
      for (let n = 0; n < times; n += 1) panels = resized(panels, 'a', by);
      return panels[0]?.width;
    };
    expect([widths(1, 1), widths(1, 5), widths(-1, 5)]).toEqual([9, 12, 3]);
  });

  it('puts a copy behind its original, as a new panel', () => {
    const [, copy] = duplicated(three, 'a', 'a (copy)');
    expect(copy).toMatchObject({ id: null, title: 'a (copy)' });
    expect(copy?.key).not.toBe('a');
  });

  it('puts a removed panel back where it was, once', () => {
    const without = removed(three, 'b');
    const [, b] = three;
    if (!b) throw new Error('there is no b');
    const again = restored(without, b, 1);
    expect(keys(again)).toBe('abc');
    expect(restored(again, b, 1)).toBe(again);
  });

  it('saves over its version, and a copy as something new', () => {
    const draft = { name: ' Ops ', description: '', panels: three };
    const saved = savingOf(draft, 7, 3);
    expect(saved).toMatchObject({ id: 7, ifVersion: 3, name: 'Ops' });
    expect(saved.panels?.map((each) => each.id)).toEqual([1, 2, undefined]);
    const copy = savingOf(draft, null, null);
    expect(copy.id).toBeUndefined();
    expect(copy.panels?.every((each) => each.id === undefined && !('key' in each))).toBe(true);
  });
});
