/** Bars, lines, slices or points of a panel's rows; every mark, and every row of its table, can be opened. */
import { useCallback, useMemo } from 'react';
import { type Formatters, useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Empty } from '@/ui/States';
import { ChartFigure, type View } from './ChartFigure';
import { DataTable } from './DataTable';
import type { ChartRows, Group, Shape } from './kinds';
import { Legend, type LegendItem } from './Legend';
import { Surface } from './Surface';
import { shapeOf } from './shape';
import { slicesOf } from './slices';
import { useValues } from './values';
import { words } from './words';

const HEIGHT = 16;

export function PanelChart({
  title,
  data,
  height = HEIGHT,
  onSelect,
  isTitleShown,
  view,
}: {
  title: string;
  data: ChartRows;
  /** Of the drawing, in rem. */
  height?: number;
  /** Opens what is behind a row of the data. */
  onSelect?: ((row: number) => void) | undefined;
  isTitleShown?: boolean;
  view?: View;
}) {
  const t = useWords(words);
  const format = useFormat();
  const say = useValues();
  const shape = useMemo(() => shapeOf(data, say), [data, say]);
  const table = (
    <DataTable caption={t.tableOf(title)} data={data} onSelect={onSelect} height={height} />
  );
  const notes = [
    data.reduced && t.reduced(format.number(data.reduced.shown), format.number(data.reduced.total)),
    data.isTruncated && t.truncated(format.number(data.rows.length), saidTotal(data.total, format)),
  ];
  return (
    <ChartFigure
      title={title}
      isTitleShown={isTitleShown}
      view={view}
      notes={notes}
      legend={shape && <PanelLegend shape={shape} />}
      chart={
        shape && shape.marks.length > 0 ? (
          <Drawing title={title} shape={shape} height={height} onSelect={onSelect} />
        ) : (
          <div style={{ minHeight: `${height}rem` }}>
            <Empty title={t.nothing}>{data.rows.length > 0 ? t.notDrawn : t.nothingText}</Empty>
          </div>
        )
      }
      table={table}
    />
  );
}

function Drawing({
  title,
  shape,
  height,
  onSelect,
}: {
  title: string;
  shape: Shape;
  height: number;
  onSelect?: ((row: number) => void) | undefined;
}) {
  const say = useValues();
  const read = useCallback(
    (at: number) => {
      const mark = shape.marks[at];
      if (!mark) return { title: '', text: '' };
      const name = shape.groups.length > 1 ? shape.groups[mark.group]?.name : null;
      const x = shape.axis === 'number' ? `${shape.x.label} ${mark.label}` : mark.label;
      return { title: name ? `${name}, ${x}` : x, text: `${say(mark.y, shape.y)}` };
    },
    [shape, say],
  );
  const pick = useCallback(
    (at: number) => {
      const mark = shape.marks[at];
      if (mark) onSelect?.(mark.row);
    },
    [shape, onSelect],
  );
  return (
    <Surface
      label={title}
      height={height}
      marks={shape.marks}
      read={read}
      onPick={onSelect && pick}
    >
      {(size, { PiePlot, CartesianPlot }) =>
        shape.type === 'pie' ? (
          <PiePlot shape={shape} size={size} />
        ) : (
          <CartesianPlot shape={shape} size={size} />
        )
      }
    </Surface>
  );
}

function PanelLegend({ shape }: { shape: Shape }) {
  const t = useWords(words);
  const format = useFormat();
  if (shape.type === 'pie') {
    const slices = slicesOf(shape, t.rest);
    const total = slices.reduce((sum, slice) => sum + slice.value, 0);
    const items = slices.map(({ name, value, colour }) => ({
      name,
      sign: 'bar' as const,
      group: colour,
      detail: format.percent((100 * value) / total),
    }));
    return items.length > 0 && <Legend items={items} />;
  }
  if (shape.groups.length < 2) return null;
  const sign = shape.type === 'scatter' ? 'point' : shape.type;
  const item = ({ name }: Group, group: number): LegendItem => ({ name, sign, group });
  return <Legend items={shape.groups.map(item)} />;
}

const saidTotal = (total: number | null | undefined, format: Formatters) =>
  total === null || total === undefined ? null : format.number(total);
