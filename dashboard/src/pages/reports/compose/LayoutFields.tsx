/** The sections of a PDF's page, in any order; none of them leaves the usual order. */
import type { QueryConfig } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import css from '@/query/query.module.css';
import { Repeated, replaced, without } from '@/query/Repeated';
import { Button } from '@/ui/Button';
import { SelectField } from '@/ui/Field';
import { words } from '../words';
import { ItemFields } from './ItemFields';
import { ITEM_TYPES, type Item, type ItemType, itemOf, moved, withLayout } from './page';

const MOST = 40;

export function LayoutFields({
  config,
  issues,
  onChange,
}: {
  config: QueryConfig;
  issues: readonly Issue[];
  onChange: (config: QueryConfig) => void;
}) {
  const t = useWords(words);
  const layout = config.layout ?? [];
  const set = (next: readonly Item[]) => onChange(withLayout(config, next));
  return (
    <Repeated
      legend={t.layout}
      rows={layout}
      most={MOST}
      addLabel={t.addSection}
      nameOf={({ type }) => t.sections[type]}
      onAdd={() => set([...layout, itemOf('table', config)])}
      onRemove={(at) => set(without(layout, at))}
      render={(item, at) => (
        <div className={css.pair}>
          <SelectField
            label={t.section}
            value={item.type}
            options={ITEM_TYPES.filter(
              (type) => type !== 'chart' || (config.charts?.length ?? 0) > 0,
            ).map((value) => ({ value, label: t.sections[value] }))}
            problems={problemsOf(issues, at, 'type')}
            onChange={({ target }) =>
              set(
                replaced(
                  layout,
                  at,
                  itemOf(
                    target.value as ItemType,
                    config,
                    'data' in item ? (item.data ?? undefined) : undefined,
                  ),
                ),
              )
            }
          />
          <ItemFields
            item={item}
            config={config}
            problems={(key) => problemsOf(issues, at, key)}
            onChange={(next) => set(replaced(layout, at, next))}
          />
          {at > 0 && (
            <Button look="quiet" onClick={() => set(moved(layout, at, -1))}>
              {t.moveUp}
            </Button>
          )}
        </div>
      )}
    />
  );
}

const problemsOf = (issues: readonly Issue[], at: number, key: string) =>
  issues
    .filter(
      ({ path }) =>
        path[0] === 'layout' && Number(path[1]) === at && String(path.at(-1) ?? 'type') === key,
    )
    .map(({ message }) => message);
