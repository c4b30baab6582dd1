/** The controls that narrow the list. */
import { useQuery } from '@tanstack/react-query';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import { CATEGORIES, type Filter, type FilterGiven, SEVERITIES } from './filters';
import css from './filters.module.css';
import { datasetsQuery, modelNamesQuery } from './queries';
import { SettledField } from './SettledField';
import { words } from './words';

export function Choices({ filter, onNarrow }: FilterGiven) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const datasets = useQuery(datasetsQuery());
  const models = useQuery(modelNamesQuery());
  const any = { value: '', label: t.any };
  return (
    <search className={css.choices}>
      <SettledField
        label={t.search}
        type="search"
        value={filter.q}
        onSettled={(q) => onNarrow({ q })}
      />
      <SelectField
        label={t.severity}
        value={filter.severity ?? ''}
        onChange={(event) =>
          onNarrow({ severity: (event.target.value || null) as Filter['severity'] })
        }
        options={[any, ...SEVERITIES.map((value) => ({ value, label: named.severity[value] }))]}
      />
      <SelectField
        label={t.category}
        value={filter.category ?? ''}
        onChange={(event) =>
          onNarrow({ category: (event.target.value || null) as Filter['category'] })
        }
        options={[any, ...CATEGORIES.map((value) => ({ value, label: named.category[value] }))]}
      />
      <SelectField
        label={t.dataset}
        value={filter.dataset ?? ''}
        onChange={(event) => onNarrow({ dataset: event.target.value || null })}
        options={[
          any,
          ...namesWith(filter.dataset, datasets.data ?? []).map((value) => ({
            value,
            label: value,
          })),
        ]}
      />
      <SelectField
        label={t.model}
        value={filter.model ?? ''}
        onChange={(event) => onNarrow({ model: event.target.value || null })}
        options={[
          any,
          ...namesWith(filter.model, models.data ?? []).map((value) => ({ value, label: value })),
        ]}
      />
      <SettledField
        label={t.series}
        value={filter.series}
        onSettled={(series) => onNarrow({ series })}
      />
      <TextField
        label={t.from}
        type="date"
        value={filter.from ?? ''}
        max={filter.to ?? undefined}
        onChange={(event) => onNarrow({ from: event.target.value || null })}
      />
      <TextField
        label={t.to}
        type="date"
        value={filter.to ?? ''}
        min={filter.from ?? undefined}
        onChange={(event) => onNarrow({ to: event.target.value || null })}
      />
      <SelectField
        label={t.sort}
        value={filter.sort}
        onChange={(event) => onNarrow({ sort: event.target.value as Filter['sort'] })}
        options={[
          { value: 'severity', label: t.bySeverity },
          { value: 'newest', label: t.byAge },
        ]}
      />
    </search>
  );
}

/** The name that the address asks for is a choice even while the others are on their way. */
function namesWith(chosen: string | null, all: readonly { name: string }[]): string[] {
  const names = [...new Set(all.map(({ name }) => name))];
  return chosen === null || names.includes(chosen) ? names : [chosen, ...names];
}
