import { Sector } from 'recharts';
import { useWords } from '@/i18n/words';
import { usePlot } from '../cursor';
import type { Shape, Size } from '../kinds';
import { colourOf } from '../shape';
import { type Slice, slicesOf } from '../slices';
import { words } from '../words';
import { Tip } from './Tip';

const INNER = 0.55;

export function PiePlot({ shape, size }: { shape: Shape; size: Size }) {
  const t = useWords(words);
  const { cursor, setCursor, pick } = usePlot();
  const slices = slicesOf(shape, t.rest);
  const radius = Math.min(size.width, size.height) / 2 - 8;
  const centre = { x: size.width / 2, y: size.height / 2 };
  const chosen = slices.findIndex((slice) => slice.mark !== null && slice.mark === cursor.at);
  const place = middleOf(slices, chosen, radius, centre);
  const total = slices.reduce((sum, each) => sum + each.value, 0);
  let turned = 90;
  return (
    <svg width={size.width} height={size.height} aria-hidden="true">
      {slices.map(({ name, value, colour, mark }, index) => {
        const startAngle = turned;
        turned -= (360 * value) / total;
        return (
          <g
            key={name}
            cursor={pick && mark !== null ? 'pointer' : undefined}
            onPointerMove={(event) =>
              event.pointerType === 'mouse' && setCursor({ at: mark, by: 'mouse' })
            }
            onPointerUp={(event) => {
              // As in Overlay: a finger's first touch reads, the button beside it opens.
              if (event.pointerType !== 'mouse') setCursor({ at: mark, by: 'touch' });
              else if (mark !== null && event.button === 0) pick?.(mark);
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
      {place && cursor.at !== null && <Tip at={cursor.at} {...place} />}
    </svg>
  );
}

/** The middle of a slice; slices go round clockwise from the top. */
function middleOf(
  slices: readonly Slice[],
  chosen: number,
  radius: number,
  centre: { x: number; y: number },
) {
  const slice = slices[chosen];
  if (!slice) return null;
  const total = slices.reduce((sum, each) => sum + each.value, 0);
  const before = slices.slice(0, chosen).reduce((sum, each) => sum + each.value, 0);
  const turn = (2 * Math.PI * (before + slice.value / 2)) / total;
  const distance = (radius * (1 + INNER)) / 2;
  return { x: centre.x + distance * Math.sin(turn), y: centre.y - distance * Math.cos(turn) };
}
