/** One row as large figures, with their change against the period before where they are compared. */
import type { Column, PanelData } from '@/api/client';
import { afterNumber, splitUnit, useValues } from '@/charts';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Empty } from '@/ui/States';
import css from '../dashboards.module.css';
import { words } from '../words';

const BEFORE = '_previous';
const CHANGE = '_change';

export function Metric({
  data,
  onSelect,
}: {
  data: PanelData;
  onSelect?: ((row: number) => void) | undefined;
}) {
  const t = useWords(words);
  const [row] = data.rows;
  if (!row) return <Empty title={t.nothing} />;
  const value = (name: string) => row[data.columns.findIndex((column) => column.name === name)];
  const compared = new Set(
    data.columns.flatMap(({ name }) =>
      name.endsWith(CHANGE) ? [name.slice(0, -CHANGE.length)] : [],
    ),
  );
  const isOwn = ({ name }: Column) =>
    ![BEFORE, CHANGE].some(
      (ending) => name.endsWith(ending) && compared.has(name.slice(0, -ending.length)),
    );
  return (
    <dl className={css.figures}>
      {data.columns.filter(isOwn).map((column) => (
        <Figure
          key={column.name}
          column={column}
          value={value(column.name)}
          change={compared.has(column.name) ? value(column.name + CHANGE) : undefined}
          changeColumn={data.columns.find(({ name }) => name === column.name + CHANGE)}
          onOpen={onSelect && (() => onSelect(0))}
        />
      ))}
    </dl>
  );
}

function Figure({
  column,
  value,
  change,
  changeColumn,
  onOpen,
}: {
  column: Column;
  value: unknown;
  change: unknown;
  changeColumn: Column | undefined;
  onOpen?: (() => void) | undefined;
}) {
  const t = useWords(words);
  const say = useValues();
  const format = useFormat();
  const { bare, unit } = splitUnit(column);
  const text = (
    <>
      {say(value, bare)}
      {unit && <span className={css.unit}>{afterNumber(unit)}</span>}
    </>
  );
  return (
    <div className={css.figure}>
      <dt>{column.label}</dt>
      <dd>
        {onOpen ? (
          <button type="button" className={css.figureValue} onClick={onOpen}>
            {text}
            <span className="visually-hidden"> {t.lookCloser}</span>
          </button>
        ) : (
          <span className={css.figureValue}>{text}</span>
        )}
        {typeof change === 'number' && (
          <span className={css.change}>
            {change > 0 ? '▲' : change < 0 ? '▼' : '='}{' '}
            {t.change(format.decimals(Math.abs(change), 1), changeColumn?.unit ?? '%')}
          </span>
        )}
      </dd>
    </div>
  );
}
