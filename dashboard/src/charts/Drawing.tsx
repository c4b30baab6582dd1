/** The drawing of a panel's rows: what each mark says, opens, and shows alone. */
import { useCallback } from 'react';
import type { Span } from './cursor';
import type { Shape, Size } from './kinds';
import { Surface } from './Surface';
import { valueAt } from './shape';
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
  return (
    <Surface
      label={title}
      height={height}
      marks={shape.marks}
      read={useRead(shape)}
      onPick={onSelect && pick}
      onZoom={onZoom && shape.spec.isOwnTime ? zoom : undefined}
    >
      {draw}
    </Surface>
  );
}

/** The mark itself, and beside it every other group at its place; of a line what is drawn nearest, with its place. */
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
      const groups = shape.type === 'scatter' ? [] : shape.groups;
      const lines = groups.flatMap((group, position) => {
        const isChosen = position === mark.group;
        const found = isChosen
          ? { y: mark.y, elsewhere: null }
          : valueAt(group, mark.at, shape.axis);
        // A group that is hidden has no points.
        if (group.points.length === 0) return [];
        const own = say(found?.y ?? null, shape.y);
        const told = found?.elsewhere ? `${own} (${found.elsewhere})` : own;
        return [{ name: group.name, text: told, place: group.place, isChosen }];
      });
      return lines.length > 1
        ? { title: x, text: `${name}, ${text}`, lines }
        : { title: `${name}, ${x}`, text };
    },
    [shape, say],
  );
}
