/** Whose public holidays hold: what the file names, or what a person chooses; nothing is chosen for them. */
import type { LookedAt, TableOfFile } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import type { Answers } from './answers';
import { words } from './words';

type Country = NonNullable<TableOfFile['country']>;

export function CountryField({
  country,
  codes,
  answers,
  onChange,
}: {
  country: Country;
  codes: LookedAt['countries'];
  answers: Answers;
  onChange: (answers: Answers) => void;
}) {
  const t = useWords(words);
  const format = useFormat();
  const named = codes
    .map((value) => ({ value, label: format.country(value) }))
    .sort((a, b) => format.inOrder(a.label, b.label));
  const { code, column, offered, because } = country;
  const byFile = column && code ? t.countryBy(format.country(code), column) : t.noCountry;
  return (
    <SelectField
      label={t.country}
      hint={offered && because ? t.perhaps[because](format.country(offered)) : t.countryHint}
      value={answers.country ?? ''}
      options={[
        { value: '', label: answers.country ? t.byFile : byFile },
        { value: 'none', label: t.noHolidays },
        ...named,
      ]}
      onChange={({ target }) => onChange({ country: target.value || null })}
    />
  );
}
