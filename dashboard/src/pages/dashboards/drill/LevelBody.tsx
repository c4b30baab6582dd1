/** What a level shows, and by what it can be grouped. */
import { useLocation } from 'wouter';
import type { DrillData, Panel } from '@/api/client';
import { DataTable } from '@/charts';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { SelectField } from '@/ui/Field';
import { Card } from '@/ui/Layouts';
import css from '../dashboards.module.css';
import { download, exportOf } from '../exporting';
import { askedOf, scopeOf } from '../scope';
import { Notes } from '../view/Notes';
import { words } from '../words';
import { Groups } from './Groups';
import { searchOfWay, stepOfLevel, type Way } from './path';

const ROWS = 'rows';

export function LevelBody({
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
  const title = `${panel.title}, ${by ? (own?.label ?? by) : t.rows}`;
  const exported = exportOf(
    {
      ...{ of: 'level', panelId: panel.id, path: [...way.path], ...(by && { by }) },
      ...askedOf(scopeOf(search)),
    },
    format.language,
  );
  const onSelect = (index: number) => {
    const row = data.rows[index];
    const step = by && row ? stepOfLevel(by, data.columns, row) : null;
    if (step) go({ path: [...way.path, step], by: null, isRows: false });
  };
  return (
    <Card
      title={by ? (own?.label ?? by) : t.rows}
      aside={
        <Button disabled={data.rows.length === 0} onClick={() => download(exported)}>
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
        <Groups title={title} data={data} onSelect={onSelect} />
      ) : (
        <DataTable caption={title} data={data} />
      )}
    </Card>
  );
}
