/** How labels and bars share the room that there is. */
import type { Shape, Size } from '../kinds';

// Of a letter in the axis' type size, in px: on the wide side.
const LETTER = 7;
const LINE = 18;
const MAX_LABEL_SHARE = 0.4;
const FEWEST_LETTERS = 6;

export const MARGIN = { top: 22, right: 12, bottom: 4, left: 0 };
export const Y_AXIS = 46;

export interface BarLayout {
  /** Bars that lie, one under the other: long labels are read without turning the head. */
  isLying: boolean;
  height: number;
  labelWidth: number;
  letters: number;
}

/** Bars stand while their labels fit under them or follow time; else they lie, and scroll if they are many. */
export function barLayout(shape: Shape, size: Size): BarLayout {
  const longest = Math.max(1, ...shape.categories.map((name) => name.length));
  const room = (size.width - Y_AXIS - MARGIN.right) / Math.max(1, shape.categories.length);
  const isTime = shape.spec.along === 'time';
  const isLying = !isTime && (shape.spec.isList || longest * LETTER + 8 > room);
  const letters = Math.max(
    FEWEST_LETTERS,
    Math.min(longest, Math.floor((size.width * MAX_LABEL_SHARE) / LETTER)),
  );
  const thickness = LINE * Math.max(1, Math.min(shape.groups.length, 4) * 0.7);
  return {
    isLying,
    height: isLying ? Math.max(size.height, shape.categories.length * thickness + 40) : size.height,
    labelWidth: letters * LETTER + 10,
    letters,
  };
}

export const shorten = (text: string, letters: number) =>
  text.length > letters ? `${text.slice(0, letters - 1)}…` : text;

/** How many labels of so many letters fit beside each other. */
export const fitting = (width: number, letters: number) =>
  Math.max(2, Math.floor((width - Y_AXIS) / (letters * LETTER + 18)));
