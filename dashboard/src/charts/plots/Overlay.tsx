/** Finds the mark under a pointer or finger, shows what it says, opens it, and marks a span that is drawn over. */
import { type PointerEvent, useMemo, useRef } from 'react';
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts';
import { usePlot } from '../cursor';
import type { Mark } from '../kinds';
import { Highlight, type Kind, Marked, type Place } from './Highlight';
import { Tip } from './Tip';
import { useFingers } from './useFingers';

// A pointer that has moved less has pressed, and not drawn.
const DRAWN = 8;

export function Overlay({
  marks,
  groups,
  kind,
}: {
  marks: readonly Mark[];
  groups: number;
  kind: Kind;
}) {
  const { cursor, setCursor, span, setSpan, zoom, pick } = usePlot();
  const began = useRef<{ x: number; at: number } | null>(null);
  const fingers = useFingers(DRAWN);
  const area = usePlotArea();
  const places = usePlaces(marks, groups, kind);
  if (!area) return null;

  const inside = ({ currentTarget, clientX, clientY }: PointerEvent<SVGRectElement>): Place => {
    const box = currentTarget.ownerSVGElement?.getBoundingClientRect();
    return { x: clientX - (box?.left ?? 0), y: clientY - (box?.top ?? 0) };
  };

  /** isAlong: whatever its height, as a span is drawn. */
  function nearest({ x, y }: Place, isAlong = false): number | null {
    let best: number | null = null;
    let least = Number.POSITIVE_INFINITY;
    places.forEach((place, index) => {
      const [dx, dy] = [Math.abs(place.x - x), Math.abs(place.y - y)];
      const isFree = kind === 'free' && !isAlong;
      const distance = isFree ? Math.hypot(dx, dy) : kind === 'lying' ? dy : dx;
      if (distance < least) [best, least] = [index, distance];
    });
    return best;
  }

  const alongAt = (x: number) => marks[nearest({ x, y: 0 }, true) ?? -1]?.at;

  function onPointerDown(event: PointerEvent<SVGRectElement>) {
    const to = inside(event);
    const count = fingers.down(event, to.x, () => setCursor({ at: nearest(to), by: 'touch' }));
    const at = alongAt(to.x);
    if (at === undefined || event.button !== 0 || !zoom) return;
    // What one finger began to draw, the second marks in another way.
    began.current = count > 1 ? null : { x: event.clientX, at };
    event.currentTarget.setPointerCapture(event.pointerId);
  }

  function onPointerMove(event: PointerEvent<SVGRectElement>) {
    const to = inside(event);
    const edges = area && fingers.move(event, to.x, area);
    if (edges !== undefined) return mark(edges);
    const start = began.current;
    if (start && (span || Math.abs(event.clientX - start.x) > DRAWN)) {
      const at = alongAt(to.x);
      if (at !== undefined) setSpan([start.at, at]);
    }
    if (event.pointerType === 'mouse') setCursor({ at: nearest(to), by: 'mouse' });
  }

  function mark(edges: readonly [number, number] | null) {
    const [from, to] = edges?.map(alongAt) ?? [];
    if (zoom) setSpan(from === undefined || to === undefined ? null : [from, to]);
  }

  function end() {
    began.current = null;
    fingers.clear();
    setSpan(null);
  }

  function onPointerUp(event: PointerEvent<SVGRectElement>) {
    if (!fingers.lift(event)) return;
    const isOfTwo = fingers.isAny();
    const at = nearest(inside(event));
    const drawn = span;
    end();
    if (drawn) return zoom?.(drawn);
    if (isOfTwo || at === null || event.button !== 0) return;
    // A finger cannot point at a thing before it presses: its first touch reads, the button opens.
    if (event.pointerType === 'mouse') pick?.(at);
    else setCursor({ at, by: 'touch' });
  }

  const place = cursor.at === null ? undefined : places[cursor.at];
  return (
    <>
      {span && <Marked span={span} area={area} kind={kind} />}
      {place && <Highlight place={place} kind={kind} area={area} />}
      <rect
        {...area}
        fill="transparent"
        cursor={pick ? 'pointer' : 'crosshair'}
        data-marks={marks.length}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={end}
      />
      {place && cursor.at !== null && <Tip at={cursor.at} {...place} />}
    </>
  );
}

/** In px, mark by mark. Bars of a category stand beside each other in the order of their groups. */
function usePlaces(marks: readonly Mark[], groups: number, kind: Kind): readonly Place[] {
  const scaleX = useXAxisScale();
  const scaleY = useYAxisScale();
  return useMemo(() => {
    if (!scaleX || !scaleY) return [];
    const [along, across] = kind === 'lying' ? [scaleY, scaleX] : [scaleX, scaleY];
    return marks.map((mark) => {
      const value = across(mark.y) ?? 0;
      if (kind === 'free') return { x: along(mark.at) ?? 0, y: value };
      const start = along(mark.at, { position: 'start' }) ?? 0;
      const end = along(mark.at, { position: 'end' }) ?? start;
      const inset = (end - start) * 0.1;
      const own = start + inset + ((end - start - 2 * inset) * (mark.group + 0.5)) / groups;
      return kind === 'lying' ? { x: value, y: own } : { x: own, y: value };
    });
  }, [marks, groups, kind, scaleX, scaleY]);
}
