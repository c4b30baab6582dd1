import type { ReactNode } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import css from './query.module.css';
import { words } from './words';

/** Lines of controls that can be added and removed. */
export function Repeated<T>({
  legend,
  rows,
  most,
  fewest = 0,
  addLabel,
  nameOf,
  render,
  onAdd,
  onRemove,
}: {
  legend: string;
  rows: readonly T[];
  most: number;
  fewest?: number;
  addLabel?: string;
  nameOf: (row: T, position: number) => string;
  render: (row: T, position: number) => ReactNode;
  onAdd?: () => void;
  onRemove: (position: number) => void;
}) {
  const t = useWords(words);
  return (
    <fieldset className={css.group}>
      <legend>{legend}</legend>
      {rows.map((row, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name than their place
        <div key={position} className={css.line}>
          {render(row, position)}
          {rows.length > fewest && (
            <Button
              look="quiet"
              aria-label={`${t.removeLine}: ${nameOf(row, position)}`}
              onClick={() => onRemove(position)}
            >
              ×
            </Button>
          )}
        </div>
      ))}
      {onAdd && rows.length < most && <Button onClick={onAdd}>{addLabel}</Button>}
    </fieldset>
  );
}

export const replaced = <T,>(rows: readonly T[], at: number, row: T): T[] =>
  rows.map((each, position) => (position === at ? row : each));

export const without = <T,>(rows: readonly T[], at: number): T[] =>
  rows.filter((_, position) => position !== at);
