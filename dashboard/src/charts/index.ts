/** Charts. They load what draws them by themselves; `preloadCharts` starts that earlier. */
export { BandChart } from './BandChart';
export type { BandPoint } from './band';
export type { View } from './ChartFigure';
export { DataTable } from './DataTable';
export type { ChartRows, Column, Rows } from './kinds';
export { PanelChart } from './PanelChart';
export type { Finding, SeriesName } from './SeriesSearch';
export type { Days } from './spans';
export { preloadCharts } from './usePlots';
export { afterNumber, splitUnit, useValues } from './values';
