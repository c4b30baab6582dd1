import { useId } from 'react';
import { useWords } from '@/i18n/words';
import css from './charts.module.css';
import { Stripes } from './Stripes';
import { colourOf, dashOf, signOf } from './shape';
import { words } from './words';

export interface LegendItem {
  /** Its own, however it is called. */
  key: string;
  name: string;
  sign: 'line' | 'bar' | 'point' | 'slice' | 'band' | 'finding' | 'forecast';
  group: number;
  /** Of a slice, as it stands in the ring. */
  number?: number;
  detail?: string;
}

/** Signs differ by their form as well as by their colour. With `onToggle` each is a button. */
export function Legend({
  items,
  hidden,
  onToggle,
  onAlone,
}: {
  items: readonly LegendItem[];
  hidden?: ReadonlySet<string>;
  onToggle?: (key: string) => void;
  /** Shows one alone, and all again. */
  onAlone?: (key: string) => void;
}) {
  const t = useWords(words);
  return (
    <ul className={css.legend}>
      {items.map((item) => (
        <li key={item.key} className={css.legendItem}>
          {onToggle ? (
            <>
              <button
                type="button"
                className={css.legendToggle}
                aria-pressed={!hidden?.has(item.key)}
                onClick={() => onToggle(item.key)}
              >
                <Item item={item} />
              </button>
              <button
                type="button"
                className={css.legendAlone}
                aria-label={t.aloneOf(item.name)}
                onClick={() => onAlone?.(item.key)}
              >
                {t.alone}
              </button>
            </>
          ) : (
            <Item item={item} />
          )}
        </li>
      ))}
    </ul>
  );
}

const Item = ({ item: { name, detail, key: _, ...sign } }: { item: LegendItem }) => (
  <>
    <svg width="22" height="14" viewBox="-11 -7 22 14" aria-hidden="true">
      <LegendSign {...sign} />
    </svg>
    <span>
      {name}
      {detail && <span className={css.legendDetail}> {detail}</span>}
    </span>
  </>
);

export function LegendSign({ sign, group, number }: Omit<LegendItem, 'key' | 'name' | 'detail'>) {
  const colour = colourOf(group);
  const id = useId();
  switch (sign) {
    case 'line':
      return (
        <>
          <path d="M-11 0H11" stroke={colour} strokeWidth="2" strokeDasharray={dashOf(group)} />
          <path d={signOf(group)} transform="scale(0.65)" fill={colour} />
        </>
      );
    case 'forecast':
      return <path d="M-11 0H11" stroke={colour} strokeWidth="2" strokeDasharray="5 3" />;
    case 'band':
      return <rect x="-11" y="-5" width="22" height="10" fill="var(--chart-band)" />;
    case 'finding':
      return <path d="M0-6L6 0L0 6L-6 0z" fill="var(--bad)" />;
    case 'point':
      return <path d={signOf(group)} fill={colour} />;
    case 'slice':
      return (
        <>
          <rect x="-11" y="-6" width="9" height="12" rx="2" fill={colour} />
          <text className={css.number} x="6" y="4" textAnchor="middle">
            {number}
          </text>
        </>
      );
    default:
      return (
        <>
          <Stripes id={id} place={group} />
          <rect x="-9" y="-6" width="18" height="12" rx="2" fill={`url(#${id})`} />
        </>
      );
  }
}
