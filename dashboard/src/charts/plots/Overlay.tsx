/** Finds the mark under a pointer or finger, shows what it says, opens it, and marks a span that is drawn over. */
import { type PointerEvent, useMemo, useRef } from 'react';
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts';
import { usePlot } from '../cursor';
import type { Mark } from '../kinds';
import { Highlight, type Kind, Marked, type Place } from './Highlight';
import { Tip } from './Tip';

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
  const area = usePlotArea();
  const places = usePlaces(marks, groups, kind);
  if (!area) return null;

  /** isAlong: whatever its height, as a span is drawn. */
  function nearest(event: PointerEvent<SVGRectElement>, isAlong = false): number | null {
    const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
    if (!box) return null;
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
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

  function onPointerDown(event: PointerEvent<SVGRectElement>) {
    const at = nearest(event, true);
    if (at === null || event.button !== 0 || !zoom) return;
    began.current = { x: event.clientX, at: marks[at]?.at ?? 0 };
    event.currentTarget.setPointerCapture(event.pointerId);
  }

  function onPointerMove(event: PointerEvent<SVGRectElement>) {
    const start = began.current;
    if (start && (span || Math.abs(event.clientX - start.x) > DRAWN)) {
      const at = nearest(event, true);
      if (at !== null) setSpan([start.at, marks[at]?.at ?? 0]);
    }
    if (event.pointerType === 'mouse') setCursor({ at: nearest(event), by: 'mouse' });
  }

  function end() {
    began.current = null;
    setSpan(null);
  }

  function onPointerUp(event: PointerEvent<SVGRectElement>) {
    const at = nearest(event);
    const drawn = span;
    end();
    if (drawn) return zoom?.(drawn);
    if (at === null || event.button !== 0) return;
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
