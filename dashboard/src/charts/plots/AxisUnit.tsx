import { usePlotArea } from 'recharts';
import css from '../charts.module.css';

/** What is measured and its unit, once, above the axis of values. */
export function AxisUnit({ text }: { text: string }) {
  const area = usePlotArea();
  return (
    area &&
    text && (
      <text className={css.axis} x={4} y={12}>
        {text}
      </text>
    )
  );
}
