/** What would have been told with so many alerts a week. */
import type { BacktestList, Thing } from '@/api/client';
import { localAt, useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Muted } from '@/ui/Layouts';
import { WholeTable } from '@/ui/WholeTable';
import { sayBudget } from './lists';
import { backtestWords } from './words';

const GRAVEST = ['critical', 'warning', 'info'];

export function Told({
  list,
  lines,
  onShow,
}: {
  list: BacktestList;
  lines: readonly string[];
  onShow: (series: string) => void;
}) {
  const t = useWords(backtestWords);
  const named = useWords(vocabulary);
  const format = useFormat();
  const say = (value: number | null) => (value === null ? '–' : format.number(value));
  const nameOf = ({ series }: Thing) => (series === 'all' ? t.allSeries : series);
  return (
    <>
      {list.things.length < list.count && (
        <Muted>{t.more(format.number(list.things.length), format.number(list.count))}</Muted>
      )}
      <WholeTable
        caption={t.list}
        rows={list.things}
        isWhole={list.things.length >= list.count}
        keyOf={(thing) => `${thing.series} ${thing.opened} ${thing.since}`}
        columns={[
          {
            key: 'when',
            label: t.when,
            isWhole: true,
            sortOf: (each) => localAt(each.ds),
            cell: (each) => format.local(each.ds),
          },
          {
            key: 'series',
            label: t.series,
            sortOf: nameOf,
            textOf: nameOf,
            cell: (each) =>
              lines.includes(each.series) ? (
                <Button look="quiet" onClick={() => onShow(each.series)}>
                  {nameOf(each)}
                </Button>
              ) : (
                nameOf(each)
              ),
          },
          {
            key: 'value',
            label: t.value,
            isNumeric: true,
            sortOf: (each) => each.value,
            cell: (each) => say(each.value),
          },
          {
            key: 'expected',
            label: t.expected,
            isNumeric: true,
            sortOf: (each) => each.expected,
            cell: (each) => say(each.expected),
          },
          {
            key: 'severity',
            label: t.severity,
            sortOf: (each) => GRAVEST.indexOf(each.severity),
            cell: (each) => named.severity[each.severity],
          },
          {
            key: 'from',
            label: t.from,
            isNumeric: true,
            sortOf: (each) => each.budget,
            cell: (each) =>
              each.budget === 0 ? t.always : t.aWeek(sayBudget(each.budget, format)),
          },
        ]}
      />
    </>
  );
}
