/**
 * The box of a drawing: measured, of a fixed height, and read mark by mark with the arrow keys. To screen
 * readers it is a slider over its marks, since that is what speaks a value at each step.
 */
import { type KeyboardEvent, type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { useWords } from '@/i18n/words';
import { Skeleton } from '@/ui/States';
import css from './charts.module.css';
import { type Cursor, PlotContext, type Reading, type Span } from './cursor';
import type { Mark, Size } from './kinds';
import { step } from './shape';
import { type Plots, usePlots } from './usePlots';
import { useSize } from './useSize';
import { words } from './words';

const NOWHERE: Cursor = { at: null, by: 'keys' };

export function Surface({
  label,
  height,
  marks,
  read,
  onPick,
  onZoom,
  children,
}: {
  label: string;
  /** In rem. */
  height: number;
  marks: readonly Mark[];
  read: (mark: number) => Reading;
  onPick?: ((mark: number) => void) | undefined;
  onZoom?: ((span: Span) => void) | undefined;
  /** Draws; called again only where it is another function, or the box has another size. */
  children: (size: Size, plots: Plots) => ReactNode;
}) {
  const t = useWords(words);
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const plots = usePlots();
  const [tips, setTips] = useState<HTMLElement | null>(null);
  const [cursor, move] = useState<Cursor>(NOWHERE);
  const [span, setSpan] = useState<Span | null>(null);
  const at = cursor.at !== null && cursor.at < marks.length ? cursor.at : null;
  const setCursor = useCallback(
    (next: Cursor) => move((now) => (now.at === next.at && now.by === next.by ? now : next)),
    [],
  );
  const leave = useCallback(() => {
    move(NOWHERE);
    setSpan(null);
  }, []);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') return leave();
    if ((event.key === 'Enter' || event.key === ' ') && at !== null) {
      event.preventDefault();
      if (span && onZoom) {
        leave();
        return onZoom(span);
      }
      return onPick?.(at);
    }
    const next = step(marks, at, event.key);
    if (next === null) return;
    event.preventDefault();
    const [from, to] = [marks[at ?? next]?.at ?? 0, marks[next]?.at ?? 0];
    setSpan(event.shiftKey && onZoom ? [span?.[0] ?? from, to] : null);
    setCursor({ at: next, by: 'keys' });
  }

  const state = useMemo(
    () => ({
      ...{ cursor: { at, by: cursor.by }, setCursor, span, setSpan },
      ...{ zoom: onZoom, pick: onPick, read, tips },
    }),
    [at, cursor.by, setCursor, span, onZoom, onPick, read, tips],
  );
  // Where the pointer is changes nothing that is drawn below it: six thousand points stay as they are.
  const drawing = useMemo(() => size && plots && children(size, plots), [size, plots, children]);
  const reading = at === null ? null : read(at);
  const labelAt = (place: number) => marks.find((mark) => mark.at === place)?.label ?? '';
  const marked = span && t.marked(labelAt(Math.min(...span)), labelAt(Math.max(...span)));
  const keys = onPick ? t.keys : t.keysOnly;
  return (
    <PlotContext value={state}>
      <div ref={box} className={css.box} style={{ height: `${height}rem` }}>
        <div className={css.content} onPointerLeave={() => cursor.by === 'mouse' && leave()}>
          <div
            role="slider"
            tabIndex={0}
            className={css.surface}
            aria-label={`${t.chartOf(label)}. ${keys}${onZoom ? ` ${t.keysZoom}` : ''}`}
            aria-roledescription={t.kind}
            aria-valuemin={0}
            aria-valuemax={Math.max(marks.length, 1)}
            aria-valuenow={at === null ? 0 : at + 1}
            aria-valuetext={reading ? `${reading.title}: ${reading.text}${marked ?? ''}` : t.noMark}
            onKeyDown={onKeyDown}
            onBlur={() => cursor.by === 'keys' && leave()}
          >
            {drawing || <Skeleton height={height} />}
          </div>
          <div ref={setTips} className={css.tips} />
        </div>
      </div>
    </PlotContext>
  );
}
