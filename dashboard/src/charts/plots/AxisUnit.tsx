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

/** Two strokes through the foot of an axis that does not begin at zero. */
export function CutMark({ isCut }: { isCut: boolean }) {
  const area = usePlotArea();
  if (!area || !isCut) return null;
  const y = area.y + area.height;
  return (
    <path
      d={`M${area.x - 5} ${y + 4}l10-5M${area.x - 5} ${y + 8}l10-5`}
      stroke="var(--ink)"
      strokeWidth="1.2"
      data-cut
    />
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
