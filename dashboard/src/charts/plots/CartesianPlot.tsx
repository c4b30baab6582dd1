import type { Shape, Size } from '../kinds';
import { BarPlot } from './BarPlot';
import { PointPlot } from './PointPlot';

export const CartesianPlot = (props: { shape: Shape; size: Size }) =>
  props.shape.type === 'bar' ? <BarPlot {...props} /> : <PointPlot {...props} />;
