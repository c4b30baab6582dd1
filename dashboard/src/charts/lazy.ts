/** The drawing library stands in a chunk of its own, which is asked for while the data is on its way. */
import { lazy } from 'react';

const load = () => import('./plots');

/** Starts loading what draws; call it where the data of a chart is asked for. */
export const preloadCharts = () => void load().catch(() => undefined);

export const CartesianPlot = lazy(() => load().then((plots) => ({ default: plots.CartesianPlot })));
export const PiePlot = lazy(() => load().then((plots) => ({ default: plots.PiePlot })));
export const BandPlot = lazy(() => load().then((plots) => ({ default: plots.BandPlot })));
