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
}

interface PlotState {
  cursor: Cursor;
  setCursor: (cursor: Cursor) => void;
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
