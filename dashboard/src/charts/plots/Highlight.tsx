/** Over a drawing: the mark that is being read, and the span that is being marked. */
import { useXAxisScale } from 'recharts';
import type { Span } from '../cursor';

export type Kind = 'standing' | 'lying' | 'free';

export interface Place {
  x: number;
  y: number;
}

interface Area extends Place {
  width: number;
  height: number;
}

/** What is looked at alone once the pointer is let go. */
export function Marked({ span, area, kind }: { span: Span; area: Area; kind: Kind }) {
  const scale = useXAxisScale();
  if (!scale || kind === 'lying') return null;
  const edges = span.map((at) => scale(at, { position: 'middle' }) ?? 0);
  const [left, right] = [Math.min(...edges), Math.max(...edges)];
  return (
    <rect
      x={left}
      y={area.y}
      width={Math.max(right - left, 2)}
      height={area.height}
      fill="var(--accent)"
      fillOpacity="0.18"
      pointerEvents="none"
      data-span
    />
  );
}

export function Highlight({ place, kind, area }: { place: Place; kind: Kind; area: Area }) {
  const line = { stroke: 'var(--ink-2)', strokeDasharray: '2 3' };
  return (
    <g pointerEvents="none">
      {kind === 'lying' ? (
        <path d={`M${area.x} ${place.y}H${area.x + area.width}`} {...line} />
      ) : (
        <path d={`M${place.x} ${area.y}V${area.y + area.height}`} {...line} />
      )}
      <circle
        cx={place.x}
        cy={place.y}
        r="6"
        fill="var(--surface)"
        stroke="var(--ink)"
        strokeWidth="2.5"
      />
    </g>
  );
}
