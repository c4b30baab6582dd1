/** Lines of conditions that all hold; those that are no lines stand under them and can be taken away. */
import type { SourceSchema } from '@/api/client';
import { useWords } from '@/i18n/words';
import { ConditionLine } from './ConditionLine';
import { type Params, sayCondition } from './condition';
import css from './query.module.css';
import { Repeated, replaced, without } from './Repeated';
import { type ConditionRow, type Conditions, OPERATORS } from './where';
import { words } from './words';

const MOST = 20;

type Lines = Pick<Conditions, 'conditions' | 'others'>;

export function ConditionFields({
  value: { conditions, others = [] },
  schema,
  params,
  problemsOf,
  onChange,
}: {
  value: Lines;
  schema: SourceSchema;
  params?: Params | undefined;
  problemsOf: (place: string) => readonly string[];
  onChange: (change: Partial<Lines>) => void;
}) {
  const t = useWords(words);
  const set = (next: readonly ConditionRow[]) => onChange({ conditions: next });
  const options = schema.fields.map(({ name, label }) => ({ value: name, label }));
  const first = schema.fields.find(({ type }) => type === 'string') ?? schema.fields[0];
  return (
    <>
      <Repeated
        legend={t.conditions}
        rows={conditions}
        most={first ? MOST : 0}
        addLabel={t.addCondition}
        nameOf={({ field }) => field}
        onAdd={() => first && set([...conditions, { field: first.name, op: 'eq', value: '' }])}
        onRemove={(at) => set(without(conditions, at))}
        render={(row, at) => (
          <ConditionLine
            row={row}
            label={t.field}
            options={options}
            operators={OPERATORS}
            problems={problemsOf(`conditions.${at}`)}
            onChange={(next) => set(replaced(conditions, at, next))}
          />
        )}
      />
      {others.length > 0 && (
        <Repeated
          legend={t.kept}
          rows={others}
          most={0}
          nameOf={(each) => sayCondition(each, params, t.periods)}
          onRemove={(at) => onChange({ others: without(others, at) })}
          render={(each) => (
            <code className={css.code}>{sayCondition(each, params, t.periods)}</code>
          )}
        />
      )}
    </>
  );
}
