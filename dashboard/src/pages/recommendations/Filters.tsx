/** Which recommendations are shown: a view, and what narrows it, as chips that can be taken away. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { CATEGORIES, type Filter, NARROWING, queryOf, SEVERITIES, VIEWS } from './filters';
import css from './filters.module.css';
import { datasetsQuery } from './queries';
import { words } from './words';

interface Given {
  filter: Filter;
  onNarrow: (changed: Partial<Filter>) => void;
}

export function Filters({ filter, onNarrow }: Given) {
  const t = useWords(words);
  const [path] = useLocation();
  return (
    <div className={css.filters}>
      <nav className={css.views} aria-label={t.views}>
        {VIEWS.map((view) => (
          <Link
            key={view}
            href={path + queryOf({ ...filter, view })}
            className={css.view ?? ''}
            aria-current={view === filter.view ? 'true' : undefined}
          >
            {t[view]}
          </Link>
        ))}
      </nav>
      <details className={css.narrow}>
        <summary>{t.narrow}</summary>
        <Choices filter={filter} onNarrow={onNarrow} />
      </details>
      <Chips filter={filter} onNarrow={onNarrow} />
    </div>
  );
}

function Choices({ filter, onNarrow }: Given) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const datasets = useQuery(datasetsQuery());
  const any = { value: '', label: t.any };
  return (
    <search className={css.choices}>
      <Search filter={filter} onNarrow={onNarrow} />
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
  const names = all.map(({ name }) => name);
  return chosen === null || names.includes(chosen) ? names : [chosen, ...names];
}

const TYPING_MS = 300;

function Search({ filter, onNarrow }: Given) {
  const t = useWords(words);
  const [text, setText] = useState(filter.q ?? '');
  const [former, setFormer] = useState(filter.q);
  if (former !== filter.q) {
    setFormer(filter.q);
    if ((filter.q ?? '') !== text.trim()) setText(filter.q ?? '');
  }
  useEffect(() => {
    const q = text.trim().slice(0, 200) || null;
    if (q === filter.q) return;
    const timer = setTimeout(() => onNarrow({ q }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, filter.q, onNarrow]);
  return (
    <TextField
      label={t.search}
      type="search"
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

function Chips({ filter, onNarrow }: Given) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const labels = {
    severity: filter.severity && named.severity[filter.severity],
    category: filter.category && named.category[filter.category],
    dataset: filter.dataset,
    q: filter.q && `“${filter.q}”`,
  };
  const chips = NARROWING.filter((name) => filter[name] !== null);
  if (chips.length === 0) return null;
  return (
    <ul className={css.chips} aria-label={t.active}>
      {chips.map((name) => (
        <li key={name}>
          <button
            type="button"
            className={css.chip}
            aria-label={t.remove(labels[name] ?? '')}
            onClick={() => onNarrow({ [name]: null })}
          >
            {labels[name]}
            <Icon name="cross" />
          </button>
        </li>
      ))}
    </ul>
  );
}
