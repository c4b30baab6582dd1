/** The mark that is being read, by whichever means: pointer, finger or keys. */
import { createContext, useContext } from 'react';

export interface Cursor {
  /** The number of the mark, or null. */
  at: number | null;
  by: 'mouse' | 'touch' | 'keys';
}

export interface Reading {
  title: string;
  text: string;
  /** Of every group at that place, where there are several. */
  lines?: readonly { name: string; text: string; place: number; isChosen: boolean }[];
}

/** Two places along the axis, in the order in which they were chosen. */
export type Span = readonly [number, number];

interface PlotState {
  cursor: Cursor;
  setCursor: (cursor: Cursor) => void;
  /** What is being marked, to be looked at alone. */
  span: Span | null;
  setSpan: (span: Span | null) => void;
  /** Shows a span alone; absent where the axis is not of time. */
  zoom: ((span: Span) => void) | undefined;
  /** Opens what is behind a mark; absent where nothing can be opened. */
  pick: ((mark: number) => void) | undefined;
  read: (mark: number) => Reading;
  /** Where the reading of a mark is shown, over the drawing. */
  tips: HTMLElement | null;
}

export const PlotContext = createContext<PlotState | null>(null);

export function usePlot(): PlotState {
  const state = useContext(PlotContext);
  if (!state) throw new Error('a plot stands outside of a Surface');
  return state;
}
