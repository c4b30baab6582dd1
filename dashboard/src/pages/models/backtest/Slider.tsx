/** The slider of alerts a week. */
import { useId } from 'react';
import type { BacktestContent } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import uiCss from '@/ui/ui.module.css';
import css from './backtest.module.css';
import { listAt, sayBudget } from './lists';
import { backtestWords } from './words';

/** From few alerts a week to many; each stop has its list, so nothing is waited for. */
export function Slider({
  content,
  stop,
  onStop,
}: {
  content: BacktestContent;
  stop: number;
  onStop: (stop: number) => void;
}) {
  const t = useWords(backtestWords);
  const format = useFormat();
  const id = useId();
  const { budget } = listAt(content, stop);
  const said = t.budgetOf(sayBudget(budget, format), budget === content.budget ? t.own : '');
  return (
    <div className={css.slider}>
      <label htmlFor={id}>
        {t.budget}: <output htmlFor={id}>{said}</output>
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={content.lists.length - 1}
        step={1}
        value={stop}
        aria-valuetext={said}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onStop(Number(event.target.value))}
      />
      <span className={uiCss.hint} id={`${id}-hint`}>
        {t.budgetHint}
      </span>
    </div>
  );
}
