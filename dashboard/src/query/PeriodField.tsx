import type { LastStretch } from '@/api/client';
import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import { type Params, sayValue } from './condition';
import { lastDayOf, PERIODS } from './periods';
import css from './query.module.css';
import type { Period } from './where';
import { words } from './words';

const ALL = '';
const SPAN = 'span';
const PARAM = 'param:';

/** params: those of the whole query; a period that names one follows it. */
export function PeriodField({
  value,
  params = {},
  stretch = null,
  problems,
  onChange,
}: {
  value: Period;
  params?: Params | undefined;
  /** Of the source: said where it is what is chosen. */
  stretch?: LastStretch | null;
  problems: readonly string[];
  onChange: (period: Period) => void;
}) {
  const t = useWords(words);
  const known: readonly string[] = PERIODS;
  const sayPeriod = (name: string) => {
    const period = params[name]?.default;
    return typeof period === 'string' && known.includes(period)
      ? t.periods[period as (typeof PERIODS)[number]]
      : sayValue({ param: name }, params);
  };
  const span = typeof value === 'object' && value !== null && 'from' in value ? value : null;
  const isWrong = span !== null && lastDayOf(span.to) < span.from.slice(0, 10);
  const named =
    typeof value === 'object' && value !== null && 'param' in value ? value.param : null;
  const names = Object.keys(params).filter((name) => params[name]?.type === 'period');
  if (named !== null && !names.includes(named)) names.push(named);
  const isOther = typeof value === 'string' && !known.includes(value);
  const isStretch = stretch !== null && JSON.stringify(value) === JSON.stringify(stretch.period);
  function choose(chosen: string) {
    const today = new Date().toISOString().slice(0, 10);
    if (chosen === ALL) onChange(null);
    else if (chosen === SPAN) onChange({ from: today, to: today });
    else if (chosen.startsWith(PARAM)) onChange({ param: chosen.slice(PARAM.length) });
    else onChange(chosen);
  }
  return (
    <div className={css.pair}>
      <SelectField
        label={t.period}
        {...(isStretch && { hint: t.lastStretch })}
        value={span ? SPAN : named !== null ? PARAM + named : ((value as string | null) ?? ALL)}
        problems={isWrong ? [] : problems}
        options={[
          { value: ALL, label: t.periods.all },
          ...names.map((name) => ({ value: PARAM + name, label: t.ofReport(sayPeriod(name)) })),
          ...PERIODS.map((each) => ({ value: each, label: t.periods[each] })),
          ...(isOther ? [{ value, label: value.replaceAll('_', ' ') }] : []),
          { value: SPAN, label: t.periods.span },
        ]}
        onChange={({ target }) => choose(target.value)}
      />
      {span && (
        <>
          <TextField
            label={t.from}
            type="date"
            value={span.from.slice(0, 10)}
            onChange={({ target }) => target.value && onChange({ ...span, from: target.value })}
          />
          <TextField
            label={t.to}
            type="date"
            value={lastDayOf(span.to)}
            problems={isWrong ? [t.wrongSpan] : []}
            onChange={({ target }) => target.value && onChange({ ...span, to: target.value })}
          />
        </>
      )}
    </div>
  );
}
