import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import { Fields } from '@/ui/Form';
import { words } from '../words';
import type { OutputGiven } from './output';

export function CsvFields({ value, options, problems, set }: OutputGiven<'csv'>) {
  const t = useWords(words);
  return (
    <Fields>
      <SelectField
        label={t.csvTable}
        value={value?.dataset ?? options[0]?.value ?? ''}
        options={options}
        problems={problems('dataset')}
        onChange={({ target }) => set({ dataset: target.value })}
      />
      <SelectField
        label={t.csvProfile}
        value={value?.profile ?? 'spreadsheet'}
        options={[
          { value: 'spreadsheet', label: t.csvProfiles.spreadsheet },
          { value: 'raw', label: t.csvProfiles.raw },
        ]}
        problems={problems('profile')}
        onChange={({ target }) => set({ profile: target.value })}
      />
    </Fields>
  );
}
