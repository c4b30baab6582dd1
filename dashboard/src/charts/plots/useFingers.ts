/** Fingers on a drawing: one that stays reads, two that are spread mark what then fills the width. */
import { type PointerEvent, useEffect, useRef } from 'react';

// Along the axis, in px of the drawing.
interface Finger {
  from: number;
  now: number;
}

interface Width {
  x: number;
  width: number;
}

const HELD_MS = 400;

/** drawn: a finger that has moved less has stayed, in px. */
export function useFingers(drawn: number) {
  const fingers = useRef(new Map<number, Finger>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const isTouch = ({ pointerType }: PointerEvent) => pointerType === 'touch';
  return {
    /** Gives how many there are; a single one that stays is told by `onHeld`. */
    down(event: PointerEvent, x: number, onHeld: () => void): number {
      clearTimeout(timer.current);
      if (isTouch(event)) fingers.current.set(event.pointerId, { from: x, now: x });
      if (fingers.current.size === 1) timer.current = setTimeout(onHeld, HELD_MS);
      return fingers.current.size;
    },
    /** Gives the edges of what two fingers have marked, where there are two: null while they are not spread. */
    move(
      event: PointerEvent,
      x: number,
      area: Width,
    ): readonly [number, number] | null | undefined {
      const finger = fingers.current.get(event.pointerId);
      if (!finger) return undefined;
      finger.now = x;
      if (Math.abs(finger.now - finger.from) > drawn) clearTimeout(timer.current);
      const [one, other] = [...fingers.current.values()];
      return one && other ? edgesOf(one, other, area) : undefined;
    },
    /** Whether it lay on the drawing, where it is a finger: one of two that have marked lies there no longer. */
    lift(event: PointerEvent): boolean {
      clearTimeout(timer.current);
      return fingers.current.delete(event.pointerId) || !isTouch(event);
    },
    isAny: () => fingers.current.size > 0,
    clear() {
      clearTimeout(timer.current);
      fingers.current.clear();
    },
  };
}

/** What was under the fingers at first stays under them; the area is filled with what then lies in it. */
export function edgesOf(one: Finger, other: Finger, { x, width }: Width): [number, number] | null {
  const [left, right] = one.from <= other.from ? [one, other] : [other, one];
  const spread = right.now - left.now;
  const share = (right.from - left.from) / spread;
  if (spread <= 0 || share >= 1) return null;
  const end = x + width;
  return [
    Math.max(x, left.from - (left.now - x) * share),
    Math.min(end, right.from + (end - right.now) * share),
  ];
}
