/** Bars, lines, slices or points of a panel's rows; every mark, and every row of its table, can be opened. */
import { useMemo, useState } from 'react';
import { type Formatters, useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Empty } from '@/ui/States';
import { ChartFigure, type View } from './ChartFigure';
import { DataTable } from './DataTable';
import { Drawing } from './Drawing';
import type { ChartRows } from './kinds';
import { PanelLegend } from './PanelLegend';
import { type Finding, SeriesSearch } from './SeriesSearch';
import { shapeOf, without } from './shape';
import type { Days } from './spans';
import { useValues } from './values';
import { words } from './words';

const HEIGHT = 16;
const NONE: ReadonlySet<string> = new Set();

export function PanelChart({
  title,
  data,
  height = HEIGHT,
  onSelect,
  onZoom,
  finding,
  isTitleShown,
  view,
}: {
  title: string;
  data: ChartRows;
  /** Of the drawing, in rem. */
  height?: number;
  /** Opens what is behind a row of the data. */
  onSelect?: ((row: number) => void) | undefined;
  /** Shows some days alone. */
  onZoom?: ((days: Days) => void) | undefined;
  /** Asks for series that are not drawn. */
  finding?: Finding | undefined;
  isTitleShown?: boolean;
  view?: View;
}) {
  const t = useWords(words);
  const format = useFormat();
  const say = useValues();
  const [hidden, setHidden] = useState(NONE);
  const whole = useMemo(() => shapeOf(data, say, t.rest), [data, say, t]);
  const shape = useMemo(() => whole && without(whole, hidden), [whole, hidden]);
  const table = (
    <DataTable caption={t.tableOf(title)} data={data} onSelect={onSelect} height={height} />
  );
  const { reduced } = data;
  const isCut = data.isTruncated && !data.spec;
  const notes = [
    ...(data.spec?.notes ?? []),
    isCut && t.truncated(format.number(data.rows.length), saidTotal(data.total, format)),
  ];
  return (
    <ChartFigure
      title={title}
      isTitleShown={isTitleShown}
      view={view}
      notes={notes}
      tableNotes={[reduced && t.someRows(format.number(reduced.shown), saidAll(data, format))]}
      legend={
        whole && (
          <>
            <PanelLegend shape={whole} hidden={hidden} onHide={setHidden} />
            {finding && <SeriesSearch shape={whole} finding={finding} />}
          </>
        )
      }
      chart={
        shape && whole && whole.marks.length > 0 ? (
          <Drawing {...{ title, shape, height, onSelect, onZoom }} />
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

/** Of the rows that there are, those that nobody read among them. */
const saidAll = ({ total, reduced }: ChartRows, format: Formatters) =>
  format.number(Math.max(total ?? 0, reduced?.total ?? 0));

const saidTotal = (total: number | null | undefined, format: Formatters) =>
  total === null || total === undefined ? null : format.number(total);
