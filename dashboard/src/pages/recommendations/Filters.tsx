/** Which recommendations are shown: a view, and what narrows it, as chips that can be taken away. */
import { Link, useLocation } from 'wouter';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Icon } from '@/ui/Icon';
import { Choices } from './Choices';
import { type FilterGiven, NARROWING, queryOf, VIEWS } from './filters';
import css from './filters.module.css';
import { words } from './words';

export function Filters({ filter, onNarrow }: FilterGiven) {
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
            {view === 'gone' ? t.goneOnes : t[view]}
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

function Chips({ filter, onNarrow }: FilterGiven) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const format = useFormat();
  const { from: firstDay, to: lastDay } = filter;
  const labels = {
    severity: filter.severity && named.severity[filter.severity],
    category: filter.category && named.category[filter.category],
    dataset: filter.dataset,
    model: filter.model,
    series: filter.series,
    cause: filter.cause && t.ofOneCause,
    from: firstDay && t.since(format.local(firstDay)),
    to: lastDay && t.upTo(format.local(lastDay)),
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
