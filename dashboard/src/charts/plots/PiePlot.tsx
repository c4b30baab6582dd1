import { Sector } from 'recharts';
import css from '../charts.module.css';
import { usePlot } from '../cursor';
import type { Shape, Size } from '../kinds';
import { colourOf } from '../shape';
import { type Slice, slicesOf } from '../slices';
import { Tip } from './Tip';

const INNER = 0.55;
const THIN = 0.05;

export function PiePlot({ shape, size }: { shape: Shape; size: Size }) {
  const { cursor, setCursor, pick } = usePlot();
  const slices = slicesOf(shape);
  const radius = Math.min(size.width, size.height) / 2 - 20;
  const centre = { x: size.width / 2, y: size.height / 2 };
  const chosen = slices.findIndex((slice) => slice.mark === cursor.at);
  const place = middleOf(slices, chosen, (radius * (1 + INNER)) / 2, centre);
  const total = slices.reduce((sum, each) => sum + each.value, 0);
  const placeOf = (index: number) => {
    const isThin = (slices[index]?.value ?? 0) < THIN * total;
    return middleOf(slices, index, isThin ? radius + 10 : (radius * (1 + INNER)) / 2, centre);
  };
  let turned = 90;
  return (
    <svg width={size.width} height={size.height} aria-hidden="true">
      {slices.map(({ value, colour, mark }, index) => {
        const startAngle = turned;
        turned -= (360 * value) / total;
        return (
          <g
            key={mark}
            cursor={pick ? 'pointer' : undefined}
            onPointerMove={(event) =>
              event.pointerType === 'mouse' && setCursor({ at: mark, by: 'mouse' })
            }
            onPointerUp={(event) => {
              // As in Overlay: a finger's first touch reads, the button beside it opens.
              if (event.pointerType !== 'mouse') setCursor({ at: mark, by: 'touch' });
              else if (event.button === 0) pick?.(mark);
            }}
          >
            <Sector
              cx={centre.x}
              cy={centre.y}
              innerRadius={radius * INNER}
              outerRadius={index === chosen ? radius + 4 : radius}
              startAngle={startAngle}
              endAngle={turned}
              fill={colourOf(colour)}
              stroke="var(--surface)"
              strokeWidth={1.5}
            />
          </g>
        );
      })}
      {slices.map(({ value, mark }, index) => (
        <Numbered key={mark} index={index} isThin={value < THIN * total} at={placeOf(index)} />
      ))}
      {place && cursor.at !== null && <Tip at={cursor.at} {...place} />}
    </svg>
  );
}

/** The number of a slice's line in the legend: within it, or beside it where it is thin. */
function Numbered({
  index,
  isThin,
  at,
}: {
  index: number;
  isThin: boolean;
  at: { x: number; y: number } | null;
}) {
  if (!at) return null;
  return (
    <g pointerEvents="none">
      {!isThin && <circle cx={at.x} cy={at.y} r="9" fill="var(--surface)" />}
      <text className={css.number} x={at.x} y={at.y + 4} textAnchor="middle">
        {index + 1}
      </text>
    </g>
  );
}

/** The middle of a slice; slices go round clockwise from the top. */
function middleOf(
  slices: readonly Slice[],
  chosen: number,
  distance: number,
  centre: { x: number; y: number },
) {
  const slice = slices[chosen];
  if (!slice) return null;
  const total = slices.reduce((sum, each) => sum + each.value, 0);
  const before = slices.slice(0, chosen).reduce((sum, each) => sum + each.value, 0);
  const turn = (2 * Math.PI * (before + slice.value / 2)) / total;
  return { x: centre.x + distance * Math.sin(turn), y: centre.y - distance * Math.cos(turn) };
}
