/** What every chart stands in: its title, the drawing or the same as a table, and what must be known of it. */
import { type ReactNode, useState } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import css from './charts.module.css';
import { words } from './words';

export type View = 'chart' | 'table';
type Note = string | null | undefined | false;

export function ChartFigure({
  title,
  isTitleShown = true,
  view,
  notes = [],
  tableNotes = [],
  legend,
  chart,
  table,
}: {
  title: string;
  /** False where a heading beside it says the same. */
  isTitleShown?: boolean | undefined;
  /** Which one is shown, where something else chooses; otherwise a button does. */
  view?: View | undefined;
  notes?: readonly Note[];
  /** Of the table alone. */
  tableNotes?: readonly Note[];
  legend?: ReactNode;
  chart: ReactNode;
  table: ReactNode;
}) {
  const t = useWords(words);
  const [own, setOwn] = useState<View>('chart');
  const shown = view ?? own;
  const said = [...notes, ...(shown === 'table' ? tableNotes : [])].filter(Boolean);
  return (
    <figure className={css.figure}>
      <figcaption className={isTitleShown ? css.caption : 'visually-hidden'}>{title}</figcaption>
      {shown === 'chart' ? (
        <>
          {legend}
          {chart}
        </>
      ) : (
        table
      )}
      {(said.length > 0 || view === undefined) && (
        <div className={css.foot}>
          <p className={css.note}>{said.join(' · ')}</p>
          {view === undefined && (
            <Button look="quiet" onClick={() => setOwn(shown === 'chart' ? 'table' : 'chart')}>
              {shown === 'chart' ? t.asTable : t.asChart}
            </Button>
          )}
        </div>
      )}
    </figure>
  );
}
