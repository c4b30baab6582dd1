import type { ReactNode } from 'react';
import type { PanelData } from '@/api/client';
import { useWords } from '@/i18n/words';
import css from '../dashboards.module.css';
import { words } from '../words';

/** Filters of the dashboard that this panel has no use for. */
export function Notes({ data }: { data: Pick<PanelData, 'appliedFilters'> }): ReactNode {
  const t = useWords(words);
  const unused = data.appliedFilters.filter((each) => !each.isApplied);
  return (
    unused.length > 0 && (
      <ul className={css.notes}>
        {unused.map(({ kind, field }) => (
          <li key={`${kind} ${field}`}>
            {kind === 'period' ? t.periodUnused : t.filterUnused(field ?? '')}
          </li>
        ))}
      </ul>
    )
  );
}
