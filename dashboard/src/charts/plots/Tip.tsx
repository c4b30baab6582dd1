/** What a mark says, beside it; where a finger chose it, with the button that opens it. */
import { useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { useWords } from '@/i18n/words';
import css from '../charts.module.css';
import { usePlot } from '../cursor';
import { colourOf, signOf } from '../shape';
import { words } from '../words';

// Half of how wide a tip usually is, and how high it is, in px.
const HALF = 90;
const ROOM_ABOVE = 84;
const ASIDE = 14;

export function Tip({ at, x, y }: { at: number; x: number; y: number }) {
  const t = useWords(words);
  const { cursor, pick, read, tips } = usePlot();
  const ref = useRef<HTMLDivElement>(null);
  const isOfKeys = cursor.by === 'keys';
  // biome-ignore lint/correctness/useExhaustiveDependencies: each mark that keys lead to comes into view
  useEffect(() => {
    if (isOfKeys) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [at, isOfKeys]);
  if (!tips) return null;
  const { title, text, lines } = read(at);
  const width = tips.clientWidth;
  const left = Math.min(Math.max(x, HALF), Math.max(HALF, width - HALF));
  // What has many lines stands beside its mark, at the top, where it covers neither the mark nor the axis.
  const beside = x < width / 2 ? { left: x + ASIDE } : { right: width - x + ASIDE };
  return createPortal(
    <div
      ref={ref}
      className={css.tip}
      style={lines ? { ...beside, top: 0 } : { left, top: y }}
      data-beside={lines ? true : undefined}
      data-below={y < ROOM_ABOVE || undefined}
    >
      <span aria-hidden="true">{title}</span>
      {lines ? (
        lines.map(({ name, text: value, place, isChosen }) => (
          <span
            key={place}
            className={css.tipLine}
            data-chosen={isChosen || undefined}
            aria-hidden="true"
          >
            <svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">
              <path d={signOf(place)} fill={colourOf(place)} />
            </svg>
            <span>{name}</span>
            <span>{value}</span>
          </span>
        ))
      ) : (
        <span className={css.tipValue} aria-hidden="true">
          {text}
        </span>
      )}
      {pick && cursor.by === 'touch' && (
        <button type="button" className={css.tipOpen} onClick={() => pick(at)}>
          {t.open}
        </button>
      )}
    </div>,
    tips,
  );
}
