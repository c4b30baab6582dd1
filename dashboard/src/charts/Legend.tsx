import css from './charts.module.css';
import { colourOf, dashOf, signOf } from './shape';

export interface LegendItem {
  name: string;
  sign: 'line' | 'bar' | 'point' | 'band' | 'finding' | 'forecast';
  group: number;
  detail?: string;
}

/** Signs differ by their form as well as by their colour. */
export function Legend({ items }: { items: readonly LegendItem[] }) {
  return (
    <ul className={css.legend}>
      {items.map((item) => (
        <li key={`${item.sign} ${item.name}`} className={css.legendItem}>
          <svg width="22" height="12" viewBox="-11 -6 22 12" aria-hidden="true">
            <LegendSign {...item} />
          </svg>
          <span>
            {item.name}
            {item.detail && <span className={css.legendDetail}> {item.detail}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function LegendSign({ sign, group }: Pick<LegendItem, 'sign' | 'group'>) {
  const colour = colourOf(group);
  switch (sign) {
    case 'line':
      return <path d="M-11 0H11" stroke={colour} strokeWidth="2" strokeDasharray={dashOf(group)} />;
    case 'forecast':
      return <path d="M-11 0H11" stroke={colour} strokeWidth="2" strokeDasharray="5 3" />;
    case 'band':
      return <rect x="-11" y="-5" width="22" height="10" fill="var(--chart-band)" />;
    case 'finding':
      return <path d="M0-6L6 0L0 6L-6 0z" fill="var(--bad)" />;
    case 'point':
      return <path d={signOf(group)} fill={colour} />;
    default:
      return <rect x="-6" y="-6" width="12" height="12" rx="2" fill={colour} />;
  }
}
