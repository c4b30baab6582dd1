/** Time, step, series and measures as they were understood, how sure that is, and the first rows. */
import type { TableOfFile } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { type Fact, Facts } from '@/ui/Items';
import { Badge, Card, Muted, Stack } from '@/ui/Layouts';
import { Table } from '@/ui/Table';
import css from './add.module.css';
import { sayStep } from './choices';
import { words } from './words';

export function Understood({ table }: { table: TableOfFile }) {
  const t = useWords(words);
  const facts = useFacts(table);
  return (
    <>
      <Card title={t.understood} aside={<Badge>{table.dataset}</Badge>}>
        <Stack>
          {table.title.length > 0 && <Muted>{table.title.join(' · ')}</Muted>}
          <Facts facts={facts} />
          <Measures table={table} />
          {table.isKnown && <p className={css.known}>{t.known(table.dataset)}</p>}
          {table.notes.length > 0 && (
            <ul className={css.notes}>
              {table.notes.map(({ message }) => (
                <li key={message}>{message}</li>
              ))}
            </ul>
          )}
        </Stack>
      </Card>
      <FirstRows table={table} />
    </>
  );
}

function useFacts({ time, step, series, ...table }: TableOfFile): (Fact | null)[] {
  const t = useWords(words);
  const format = useFormat();
  const say = step.freq === 'h' || step.freq.endsWith('min') ? format.localTime : format.local;
  const labels = series.labels.join(', ');
  return [
    {
      label: t.timeIn(time.label),
      value: (
        <Sure note={t.writtenAs(time.example)}>{t.span(say(time.first), say(time.last))}</Sure>
      ),
    },
    {
      label: t.step,
      value: (
        <Sure note={step.isRegular ? t.sure(format.percent(step.share * 100)) : null}>
          {sayStep(step, t, format.number)}
        </Sure>
      ),
    },
    {
      label: t.series,
      value:
        labels === ''
          ? t.oneSeries
          : series.isUnique
            ? t.seriesBy(format.number(series.count), labels)
            : t.grouped(labels),
    },
    { label: t.rows, value: format.number(table.rowCount) },
    table.keptBeside.length > 0
      ? { label: t.keptBeside, value: table.keptBeside.join(', ') }
      : null,
  ];
}

const Sure = ({ children, note }: { children: string; note: string | null }) => (
  <>
    {children}
    {note && <span className={css.sure}>{note}</span>}
  </>
);

function Measures({ table }: { table: TableOfFile }) {
  const t = useWords(words);
  return (
    <section aria-label={t.measures}>
      <h3 className={css.small}>{t.measures}</h3>
      <ul className={css.measures}>
        {table.measures.map(({ label, unit, kind }) => (
          <li key={label}>
            <b>{label}</b>
            {unit && !label.includes(unit) && ` (${unit})`}{' '}
            <span className={css.sure}>{kind === 'sum' ? t.added : t.averaged}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function FirstRows({ table }: { table: TableOfFile }) {
  const t = useWords(words);
  const format = useFormat();
  const { columns, columnCount } = table;
  const rows = table.rows.map((cells, at) => ({ at, cells }));
  const isCut = columns.length < columnCount;
  return (
    <Card
      title={t.firstRows}
      aside={
        isCut && (
          <Muted>{t.columnsOf(format.number(columns.length), format.number(columnCount))}</Muted>
        )
      }
    >
      <Table
        caption={t.firstRows}
        rows={rows}
        keyOf={(row) => row.at}
        columns={columns.map((column, at) => ({
          key: column.name,
          label: column.label,
          isNumeric: column.type === 'integer' || column.type === 'number',
          isWhole: column.type === 'date' || column.type === 'datetime',
          cell: (row: (typeof rows)[number]) => row.cells[at] ?? '–',
        }))}
      />
    </Card>
  );
}
