/** The drawing of a panel's rows: what each mark says, opens, and shows alone. */
import { useCallback } from 'react';
import type { Span } from './cursor';
import type { Shape, Size } from './kinds';
import { Surface } from './Surface';
import { type Days, daysOf } from './spans';
import type { Plots } from './usePlots';
import { useValues } from './values';

export function Drawing({
  title,
  shape,
  height,
  onSelect,
  onZoom,
}: {
  title: string;
  shape: Shape;
  height: number;
  onSelect?: ((row: number) => void) | undefined;
  onZoom?: ((days: Days) => void) | undefined;
}) {
  const pick = useCallback(
    (at: number) => {
      const row = shape.marks[at]?.row;
      if (row !== null && row !== undefined) onSelect?.(row);
    },
    [shape, onSelect],
  );
  const zoom = useCallback((span: Span) => onZoom?.(daysOf(shape, span)), [shape, onZoom]);
  const draw = useCallback(
    (size: Size, { PiePlot, CartesianPlot }: Plots) =>
      shape.type === 'pie' ? (
        <PiePlot shape={shape} size={size} />
      ) : (
        <CartesianPlot shape={shape} size={size} />
      ),
    [shape],
  );
  const isOfTime = shape.spec.along === 'time';
  return (
    <Surface
      label={title}
      height={height}
      marks={shape.marks}
      read={useRead(shape)}
      onPick={onSelect && pick}
      onZoom={onZoom && isOfTime ? zoom : undefined}
    >
      {draw}
    </Surface>
  );
}

/** The mark itself, and beside it every other group at its place. */
function useRead(shape: Shape) {
  const say = useValues();
  return useCallback(
    (at: number) => {
      const mark = shape.marks[at];
      if (!mark) return { title: '', text: '' };
      const text = say(mark.y, shape.y);
      const x = shape.axis === 'number' ? `${shape.x.label} ${mark.label}` : mark.label;
      const name = shape.groups[mark.group]?.name;
      if (shape.groups.length < 2) return { title: x, text };
      const lines = shape.marks.flatMap((each) => {
        const group = each.at === mark.at ? shape.groups[each.group] : undefined;
        if (!group || shape.type === 'scatter') return [];
        const isChosen = each.group === mark.group;
        return [{ name: group.name, text: say(each.y, shape.y), place: group.place, isChosen }];
      });
      return lines.length > 1
        ? { title: x, text: `${name}, ${text}`, lines }
        : { title: `${name}, ${x}`, text };
    },
    [shape, say],
  );
}
