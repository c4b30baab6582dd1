/** Over a list: that it follows what happens, and how many came since; its room is kept, so that nothing moves. */
import { type ReactNode, useRef } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Badge } from '@/ui/Layouts';
import { Button } from '../Button';
import type { Arrivals } from './arrivals';
import css from './arrived.module.css';
import { useIsLive } from './useIsLive';
import { words } from './words';

export function Arrived({
  arrived: { count, isLeast },
  isCurrent,
  onShow,
  note,
  children,
}: {
  arrived: Arrivals;
  /** False where what is shown is said to be older. */
  isCurrent: boolean;
  onShow: () => Promise<unknown>;
  /** What else is said of the list. */
  note?: ReactNode;
  children: ReactNode;
}) {
  const t = useWords(words);
  const format = useFormat();
  const isLive = useIsLive();
  const row = useRef<HTMLDivElement>(null);
  const show = async () => {
    await onShow();
    // The button is gone, and what it brought begins here.
    row.current?.focus({ preventScroll: true });
    row.current?.parentElement?.scrollIntoView({ block: 'start' });
  };
  return (
    <div className={css.box}>
      <div ref={row} className={css.row} data-any={count > 0 || undefined} tabIndex={-1}>
        {note}
        {isLive && isCurrent && (
          <span className={css.live}>
            <Badge tone="ok">{t.live}</Badge>
          </span>
        )}
        <span role="status" className={css.news}>
          {count > 0 && (
            <Button look="primary" onClick={() => void show()}>
              {t.arrived(count, format.number(count) + (isLeast ? '+' : ''))}
            </Button>
          )}
        </span>
      </div>
      {children}
    </div>
  );
}
