import { LANGUAGES, type Language } from '@/i18n/language';
import { choose } from '@/session/choices';
import { useLanguage } from '@/session/preferences';
import { SelectField } from '@/ui/Field';

const NAMES: Record<Language, string> = { en: 'English', fr: 'Français' };
const LABELS: Record<Language, string> = { en: 'Language', fr: 'Langue' };

export function LanguageChoice() {
  const language = useLanguage();
  return (
    <SelectField
      label={LABELS[language]}
      value={language}
      onChange={(event) => choose({ language: event.target.value as Language })}
      options={LANGUAGES.map((value) => ({ value, label: NAMES[value] }))}
    />
  );
}
