import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import type { MeasureRow } from './form';
import { words } from './words';

const FAVOURABLE = ['up', 'down'] as const;
const COMPARISONS = ['previous_period', 'same_period_last_year'] as const;

/** What a measure is compared with, and which way of a change is good news. */
export function ChangeFields({
  row,
  isCompared,
  onChange,
}: {
  row: MeasureRow;
  /** Whether a comparison can be shown. */
  isCompared: boolean;
  onChange: (row: MeasureRow) => void;
}) {
  const t = useWords(words);
  return (
    <>
      {isCompared && (
        <SelectField
          label={t.compare}
          value={row.compare ?? ''}
          options={[
            { value: '', label: t.comparisons.none },
            ...COMPARISONS.map((value) => ({ value, label: t.comparisons[value] })),
          ]}
          onChange={({ target }) =>
            onChange({
              ...row,
              compare: COMPARISONS.find((each) => each === target.value) ?? null,
            })
          }
        />
      )}
      {(row.compare || row.naming?.favourable) && (
        <SelectField
          label={t.favourable}
          value={row.naming?.favourable ?? ''}
          options={[
            { value: '', label: t.favourables.declared },
            ...FAVOURABLE.map((value) => ({ value, label: t.favourables[value] })),
          ]}
          onChange={({ target }) =>
            onChange(
              judged(
                row,
                FAVOURABLE.find((each) => each === target.value),
              ),
            )
          }
        />
      )}
    </>
  );
}

/** With which way is good news, or as its declaration says. */
function judged({ naming = {}, ...row }: MeasureRow, favourable?: (typeof FAVOURABLE)[number]) {
  const { favourable: _, ...rest } = naming;
  const next = favourable ? { ...rest, favourable } : rest;
  return Object.keys(next).length > 0 ? { ...row, naming: next } : row;
}
