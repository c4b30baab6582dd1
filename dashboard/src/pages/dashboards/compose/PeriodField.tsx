import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import css from '../dashboards.module.css';
import { dayAfter, dayBefore, PERIODS } from '../scope';
import { words } from '../words';
import type { PartProps } from './FormFields';

const ALL = '';
const SPAN = 'span';

export function PeriodField({ form, problemsOf, onChange }: PartProps) {
  const t = useWords(words);
  const { period } = form;
  const span = typeof period === 'object' ? period : null;
  const isOther = typeof period === 'string' && !(PERIODS as readonly string[]).includes(period);
  const set = (next: typeof period) =>
    onChange({
      ...form,
      period: next,
      measures:
        next === null ? form.measures.map((m) => ({ ...m, isCompared: false })) : form.measures,
    });
  return (
    <div className={css.pair}>
      <SelectField
        label={t.period}
        value={span ? SPAN : ((period as string | null) ?? ALL)}
        problems={problemsOf('period')}
        options={[
          { value: ALL, label: t.periods.all },
          ...PERIODS.map((value) => ({ value, label: t.periods[value] })),
          ...(isOther ? [{ value: period, label: period }] : []),
          { value: SPAN, label: t.periods.span },
        ]}
        onChange={({ target: { value } }) => {
          const today = new Date().toISOString().slice(0, 10);
          set(value === ALL ? null : value === SPAN ? { from: today, to: dayAfter(today) } : value);
        }}
      />
      {span && (
        <>
          <TextField
            label={t.from}
            type="date"
            value={span.from}
            onChange={({ target }) => target.value && set({ ...span, from: target.value })}
          />
          <TextField
            label={t.to}
            type="date"
            value={dayBefore(span.to)}
            onChange={({ target }) => target.value && set({ ...span, to: dayAfter(target.value) })}
          />
        </>
      )}
    </div>
  );
}
