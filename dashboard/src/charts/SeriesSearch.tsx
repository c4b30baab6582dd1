/** Finds a series among more than are drawn, and has it drawn. */
import { useId, useState } from 'react';
import { useWords } from '@/i18n/words';
import css from './charts.module.css';
import type { Shape } from './kinds';
import { useValues } from './values';
import { words } from './words';

export type SeriesName = string | number | boolean;

export interface Finding {
  wanted: readonly SeriesName[];
  onWant: (names: readonly SeriesName[]) => void;
}

// As many as the server draws by themselves.
const MOST = 11;

export function SeriesSearch({ shape, finding }: { shape: Shape; finding: Finding }) {
  const t = useWords(words);
  const say = useValues();
  const id = useId();
  const [text, setText] = useState('');
  const { unshown } = shape.spec;
  if (unshown.length === 0) return null;
  const column = { ...shape.x, type: 'string' as const, unit: null, name: 'series' };
  const choose = (given: string) => {
    setText(given);
    const found = unshown.find((name) => name !== null && say(name, column) === given);
    if (found === undefined || found === null) return;
    setText('');
    finding.onWant([found, ...finding.wanted].slice(0, MOST));
  };
  return (
    <div className={css.search}>
      <label htmlFor={id}>{t.findSeries}</label>
      <input
        id={id}
        type="search"
        list={`${id}-names`}
        value={text}
        onChange={(event) => choose(event.target.value)}
      />
      <datalist id={`${id}-names`}>
        {unshown.map(
          (name) => name !== null && <option key={`${name}`} value={say(name, column)} />,
        )}
      </datalist>
    </div>
  );
}
