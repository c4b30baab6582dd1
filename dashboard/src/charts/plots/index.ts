/** Everything that needs the drawing library: this module is its chunk. */
export { BandPlot } from './BandPlot';
export { CartesianPlot } from './CartesianPlot';
export { PiePlot } from './PiePlot';
