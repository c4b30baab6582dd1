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
  const { wanted, onWant } = finding;
  const { unshown } = shape.spec;
  if (unshown.length === 0 && wanted.length === 0) return null;
  const column = { ...shape.x, type: 'string' as const, unit: null, name: 'series' };
  const named = (name: SeriesName) => say(name, column);
  const choose = (given: string) => {
    const found = unshown.find((name) => name !== null && named(name) === given);
    if (found === undefined || found === null) return;
    setText('');
    onWant([found, ...wanted].slice(0, MOST));
  };
  return (
    <div className={css.search}>
      <label htmlFor={id}>{t.findSeries}</label>
      <input
        id={id}
        type="search"
        list={`${id}-names`}
        value={text}
        title={t.findSeriesHint}
        onChange={({ target, nativeEvent }) => {
          setText(target.value);
          // A name that is typed may be the beginning of another: it is chosen by Enter.
          if (!isTyped(nativeEvent)) choose(target.value);
        }}
        onKeyDown={({ key }) => key === 'Enter' && choose(text)}
      />
      <datalist id={`${id}-names`}>
        {unshown.map((name) => name !== null && <option key={`${name}`} value={named(name)} />)}
      </datalist>
      {wanted.length > 0 && (
        <ul className={css.legend} aria-label={t.drawn}>
          {wanted.map((name) => (
            <li key={`${name}`}>
              <button
                type="button"
                className={css.legendToggle}
                aria-label={t.unwant(named(name))}
                onClick={() => onWant(wanted.filter((each) => each !== name))}
              >
                {named(name)} ×
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Letter by letter, and not by the list of names. */
const isTyped = (event: Event) =>
  /^(insert(Text|Composition|From)|delete|history)/.test((event as InputEvent).inputType ?? '');
