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

/** height: of the axis whose ticks stand over the name. */
export function AlongName({ text, height }: { text: string; height: number }) {
  const area = usePlotArea();
  return (
    area &&
    text && (
      <text
        className={css.axis}
        x={area.x + area.width}
        y={area.y + area.height + height - 4}
        textAnchor="end"
      >
        {text}
      </text>
    )
  );
}
