import { isLanguage, LANGUAGES } from '@/i18n/language';
import { useWords } from '@/i18n/words';
import { choose } from '@/session/choices';
import { useLanguage } from '@/session/preferences';
import { SelectField } from '@/ui/Field';
import { words } from '@/ui/words';

export function LanguageChoice() {
  const t = useWords(words);
  return (
    <SelectField
      label={t.language}
      value={useLanguage()}
      onChange={({ target }) => isLanguage(target.value) && void choose({ language: target.value })}
      options={Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, label: name }))}
    />
  );
}
