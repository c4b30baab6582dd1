/** The period and the filters of all panels; they live in the address, so that a view can be passed on. */
import { useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Panel } from '@/api/client';
import { useWords } from '@/i18n/words';
import { PERIODS } from '@/query/periods';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import css from '../dashboards.module.css';
import { type Scope, searchOf, withFilter } from '../scope';
import { words } from '../words';
import { FilterDialog } from './FilterDialog';

const OWN = 'own';
const SPAN = 'span';

export function ScopeBar({ panels, scope }: { panels: readonly Panel[]; scope: Scope }) {
  const t = useWords(words);
  const [path, navigate] = useLocation();
  const search = useSearch();
  const [isChoosing, setChoosing] = useState(false);
  const [isChosen, setChosen] = useState(false);
  // A panel may have asked for its own last days.
  const isSpan = isChosen || scope.from !== null;
  const change = (next: Scope) => {
    const text = searchOf(next, search);
    navigate(text ? `${path}?${text}` : path, { replace: true });
  };
  const isOther = scope.period !== null && !(PERIODS as readonly string[]).includes(scope.period);
  return (
    <section className={css.scope} aria-label={t.scope}>
      <div className={css.scopeRow}>
        <SelectField
          label={t.period}
          value={isSpan ? SPAN : (scope.period ?? OWN)}
          options={[
            { value: OWN, label: t.periods.own },
            ...PERIODS.map((value) => ({ value, label: t.periods[value] })),
            ...(isOther ? [{ value: scope.period ?? '', label: scope.period ?? '' }] : []),
            { value: SPAN, label: t.periods.span },
          ]}
          onChange={({ target: { value } }) => {
            setChosen(value === SPAN);
            if (value === SPAN) return;
            change({ ...scope, period: value === OWN ? null : value, from: null, to: null });
          }}
        />
        {isSpan && <Span scope={scope} onChange={change} />}
        <Button onClick={() => setChoosing(true)}>{t.addFilter}</Button>
      </div>
      {scope.filters.length > 0 && (
        <ul className={css.chips} aria-label={t.filters}>
          {scope.filters.map(({ field, values }) => (
            <li key={field}>
              <Button
                aria-label={t.removeFilter(`${field}: ${values.join(', ')}`)}
                onClick={() => change(withFilter(scope, field, []))}
              >
                <span>
                  {field}: <b>{values.join(', ')}</b>
                </span>
                <span aria-hidden="true">×</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {isChoosing && (
        <FilterDialog
          panels={panels}
          scope={scope}
          onChange={change}
          onClose={() => setChoosing(false)}
        />
      )}
    </section>
  );
}

function Span({ scope, onChange }: { scope: Scope; onChange: (scope: Scope) => void }) {
  const t = useWords(words);
  const [days, setDays] = useState({ from: scope.from ?? '', to: scope.to ?? '' });
  const { from, to } = scope;
  useEffect(() => {
    if (from !== null && to !== null) setDays({ from, to });
  }, [from, to]);
  const isWrong = days.from !== '' && days.to !== '' && days.from > days.to;
  const set = (next: typeof days) => {
    setDays(next);
    if (next.from && next.to && next.from <= next.to) onChange({ ...scope, period: null, ...next });
  };
  return (
    <>
      <TextField
        label={t.from}
        type="date"
        value={days.from}
        onChange={(event) => set({ ...days, from: event.target.value })}
      />
      <TextField
        label={t.to}
        type="date"
        value={days.to}
        problems={isWrong ? [t.wrongSpan] : []}
        onChange={(event) => set({ ...days, to: event.target.value })}
      />
    </>
  );
}
