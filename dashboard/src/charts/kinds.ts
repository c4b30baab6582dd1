/** What a chart is made of. A mark is one bar, point or slice; every mark stands for one row. */
import type { ChartAxes, Column as Declared, PanelData } from '@/api/client';

export type { ChartAxes };

type Own = 'vocabulary' | 'words' | 'translations' | 'encoding' | 'favourable';
/** vocabulary, words: whose words the values are, where they are IOP's own; a column made here has none. */
export type Column = Omit<Declared, Own> & Partial<Pick<Declared, Own>>;
export type ChartType = 'bar' | 'line' | 'pie' | 'scatter';

/** The part of a panel's answer that a chart or table needs. */
export interface Rows {
  columns: readonly Column[];
  rows: readonly (readonly unknown[])[];
  isTruncated?: boolean;
  /** All rows that there are, where they were counted. */
  total?: number | null;
  reduced?: { shown: number; total: number } | null;
}
export type ChartRows = Rows & { chart: PanelData['chart'] };

/** at: where it stands along the axis: a category's number, ms of a time, or the value itself. */
export interface Mark {
  row: number;
  group: number;
  at: number;
  y: number;
  label: string;
}

export interface Group {
  name: string;
  /** In the order of the axis; a gap has no y. */
  points: readonly { at: number; y: number | null }[];
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
}

/** The measured box of a plot, in px. */
export interface Size {
  width: number;
  height: number;
}
