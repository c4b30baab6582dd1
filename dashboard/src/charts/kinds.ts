/** What a chart is made of. A mark is one bar, point or slice. */
import type { ChartAxes, ChartSpec, Column as Declared, PanelData } from '@/api/client';

export type { ChartAxes, ChartSpec };

type Own = 'vocabulary' | 'words' | 'translations' | 'encoding' | 'favourable';
/** vocabulary, words: whose words the values are, where they are IOP's own; a column made here has none. */
export type Column = Omit<Declared, Own> & Partial<Pick<Declared, Own>>;
export type ChartType = 'bar' | 'line' | 'pie' | 'scatter';

/** The part of a panel's answer that a chart or table needs. */
export interface Rows {
  columns: readonly Column[];
  rows: readonly (readonly unknown[])[];
  /** The measures of all rows, where they were asked for. */
  totals?: readonly unknown[] | null;
  /** Which of its cells says so. */
  totalAt?: number | null;
  isTruncated?: boolean;
  /** All rows that there are, where they were counted. */
  total?: number | null;
  reduced?: { shown: number; total: number } | null;
}
export type ChartRows = Rows & Pick<PanelData, 'chart' | 'spec'>;

/**
 * at: where it stands along the axis: a category's number, ms of a time, or the value itself.
 * row: null for what stands for several.
 */
export interface Mark {
  row: number | null;
  group: number;
  at: number;
  y: number;
  label: string;
}

export interface Group {
  /** Its own, however it is called. */
  key: string;
  name: string;
  /** Of its colour and signs, whichever others are shown. */
  place: number;
  /** In the order of the axis; a gap has no y. */
  points: readonly { at: number; y: number | null; label: string }[];
}

export interface Shape {
  type: ChartType;
  axis: 'time' | 'number' | 'category';
  /** Of the categories, by their number; empty for other axes. */
  categories: readonly string[];
  groups: readonly Group[];
  /** In the order in which keys walk along them. */
  marks: readonly Mark[];
  x: Column;
  y: Column;
  /** The whole of it, as the server has decided it. */
  spec: ChartSpec;
  /** Of categories that are periods: when each begins. */
  times: readonly number[];
}

/** The measured box of a plot, in px. */
export interface Size {
  width: number;
  height: number;
}
