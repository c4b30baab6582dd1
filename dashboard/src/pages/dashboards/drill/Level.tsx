/** One level down: groups that can be pressed again, or the rows themselves. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { DrillData, Panel } from '@/api/client';
import { DataTable, PanelChart } from '@/charts';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { SelectField } from '@/ui/Field';
import { Card } from '@/ui/Layouts';
import { Failed, SavedNote, Skeleton } from '@/ui/States';
import css from '../dashboards.module.css';
import { panelDrill } from '../queries';
import { askedOf, type Scope } from '../scope';
import { Notes, save } from '../view/PanelCard';
import { words } from '../words';
import { searchOfWay, stepOfLevel, type Way } from './path';

const ROWS = 'rows';
const HEIGHT = 20;

export function Level({
  panel,
  scope,
  way,
  search,
}: {
  panel: Panel;
  scope: Scope;
  way: Way;
  search: string;
}) {
  const t = useWords(words);
  const query = useInfiniteQuery(
    panelDrill({
      panelId: panel.id,
      path: [...way.path],
      ...(way.by && { by: way.by }),
      ...askedOf(scope),
    }),
  );
  const pages = query.data?.pages;
  const data = useMemo(() => joined(pages), [pages]);
  if (!data) {
    return query.isError ? (
      <Failed error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Skeleton height={HEIGHT + 8} />
    );
  }
  return (
    <>
      {query.isError && <SavedNote at={query.dataUpdatedAt} />}
      <LevelBody panel={panel} way={way} search={search} data={data} />
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </>
  );
}

/** All pages that were read, as one answer. */
function joined(pages: readonly DrillData[] | undefined): DrillData | null {
  const [first] = pages ?? [];
  return first && pages ? { ...first, rows: pages.flatMap((page) => page.rows) } : null;
}

function LevelBody({
  panel,
  way,
  search,
  data,
}: {
  panel: Panel;
  way: Way;
  search: string;
  data: DrillData;
}) {
  const t = useWords(words);
  const format = useFormat();
  const [path, navigate] = useLocation();
  const go = (next: Way) => navigate(`${path}?${searchOfWay(next, search)}`);
  const { by } = way;
  const own = data.columns.find((column) => column.name === by);
  const offered = data.nextBy.filter((each) => each.name !== by);
  const options = [
    { value: ROWS, label: t.rows },
    ...(by ? [{ value: by, label: own?.label ?? by }] : []),
    ...offered.map(({ name, label }) => ({ value: name, label })),
  ];
  const title = `${panel.title}, ${by ? t.groupedBy(own?.label ?? by) : t.rows}`;
  const onSelect = (index: number) => {
    const row = data.rows[index];
    const step = by && row ? stepOfLevel(by, data.columns, row) : null;
    if (step) go({ path: [...way.path, step], by: null, isRows: false });
  };
  return (
    <Card
      title={by ? t.groupedBy(own?.label ?? by) : t.rows}
      aside={
        <Button disabled={data.rows.length === 0} onClick={() => save(title, data, t.saved)}>
          {t.download}
        </Button>
      }
    >
      <div className={css.levelTools}>
        <SelectField
          label={t.groupBy}
          value={by ?? ROWS}
          options={options}
          onChange={({ target: { value } }) =>
            go(
              value === ROWS
                ? { path: way.path, by: null, isRows: way.path.length === 0 }
                : { path: way.path, by: value, isRows: false },
            )
          }
        />
        <p className={css.small} role="status">
          {t.rowsShown(format.number(data.rows.length), data.isTruncated)}
        </p>
      </div>
      <Notes data={data} />
      {by ? (
        <Groups title={title} by={by} data={data} onSelect={onSelect} />
      ) : (
        <DataTable caption={title} data={data} />
      )}
    </Card>
  );
}

function Groups({
  title,
  by,
  data,
  onSelect,
}: {
  title: string;
  by: string;
  data: DrillData;
  onSelect: (row: number) => void;
}) {
  const charted = useMemo(() => {
    const measure = data.columns.find(
      (column) => column.name !== by && (column.type === 'number' || column.type === 'integer'),
    );
    const own = data.columns.find((column) => column.name === by);
    const isTime = own?.type === 'date' || own?.type === 'datetime';
    const type = isTime ? ('line' as const) : ('bar' as const);
    const rest = { series: null, label: null, title: null, note: null };
    const chart = measure ? { type, x: by, y: measure.name, ...rest } : null;
    return { ...data, chart, isTruncated: false };
  }, [data, by]);
  return (
    <PanelChart
      title={title}
      isTitleShown={false}
      data={charted}
      height={HEIGHT}
      onSelect={onSelect}
    />
  );
}
