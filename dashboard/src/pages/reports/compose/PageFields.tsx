/** What holds of the whole report: its language, how it writes numbers and days, and when its weeks and years begin. */
import type { QueryConfig } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useFormat } from '@/i18n/format';
import { isLanguage, LANGUAGES } from '@/i18n/language';
import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { words } from '../words';
import { LOCALES, withPage } from './page';

const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const WEEK_STARTS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export function PageFields({
  config,
  issues,
  onChange,
}: {
  config: QueryConfig;
  issues: readonly Issue[];
  onChange: (config: QueryConfig) => void;
}) {
  const t = useWords(words);
  const format = useFormat();
  const problems = (key: string) =>
    issues.filter(({ path: [first] }) => first === key).map(({ message }) => message);
  const set = (change: { [K in keyof QueryConfig]?: QueryConfig[K] | undefined }) =>
    onChange(withPage(config, change));
  // The first of a month, and the days of a week that begins on a Monday.
  const month = (number: number) => format.monthName(number);
  const weekday = (at: number) => format.weekdayName(at);
  return (
    <Group legend={t.ofWholeReport}>
      <Fields>
        <SelectField
          label={t.reportLanguage}
          hint={t.reportLanguageHint}
          value={config.language ?? 'en'}
          options={Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, label: name }))}
          problems={problems('language')}
          onChange={({ target }) =>
            set({ language: isLanguage(target.value) ? target.value : undefined })
          }
        />
        <SelectField
          label={t.reportLocale}
          value={config.locale ?? ''}
          options={[
            { value: '', label: t.localeOfLanguage },
            ...LOCALES.map((value) => ({ value, label: format.localeName(value) })),
          ]}
          problems={problems('locale')}
          onChange={({ target }) =>
            set({ locale: LOCALES.find((each) => each === target.value) ?? undefined })
          }
        />
        <SelectField
          label={t.fiscalYearStart}
          hint={t.fiscalYearStartHint}
          value={String(config.fiscal_year_start ?? 1)}
          options={MONTHS.map((number) => ({ value: String(number), label: month(number) }))}
          problems={problems('fiscal_year_start')}
          onChange={({ target }) =>
            set({
              fiscal_year_start: target.value === '1' ? undefined : Number(target.value),
            })
          }
        />
        <SelectField
          label={t.weekStart}
          value={config.week_start ?? ''}
          options={[
            { value: '', label: t.weekStartUsual },
            ...WEEK_STARTS.map((value, at) => ({ value, label: weekday(at) })),
          ]}
          problems={problems('week_start')}
          onChange={({ target }) =>
            set({ week_start: WEEK_STARTS.find((each) => each === target.value) })
          }
        />
      </Fields>
    </Group>
  );
}
