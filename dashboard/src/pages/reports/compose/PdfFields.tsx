import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import { Fields } from '@/ui/Form';
import { words } from '../words';
import type { OutputGiven } from './output';
import { TablesChoice } from './TablesChoice';

export function PdfFields({ value, options, problems, set }: OutputGiven<'pdf'>) {
  const t = useWords(words);
  const none = [{ value: '', label: t.noTable }, ...options];
  return (
    <>
      <Fields>
        <SelectField
          label={t.pdfTiles}
          hint={t.pdfTilesHint}
          value={value?.tiles ?? ''}
          options={none}
          problems={problems('tiles')}
          onChange={({ target }) => set({ tiles: target.value || undefined })}
        />
        <SelectField
          label={t.pdfAdvice}
          hint={t.pdfAdviceHint}
          value={value?.recommendations ?? ''}
          options={none}
          problems={problems('recommendations')}
          onChange={({ target }) => set({ recommendations: target.value || undefined })}
        />
        <SelectField
          label={t.pdfOrientation}
          value={value?.orientation ?? 'portrait'}
          options={[
            { value: 'portrait', label: t.pdfOrientations.portrait },
            { value: 'landscape', label: t.pdfOrientations.landscape },
          ]}
          onChange={({ target }) => set({ orientation: target.value })}
        />
        <TextField
          label={t.pdfRows}
          type="number"
          min={1}
          max={5000}
          value={value?.max_rows ?? 500}
          problems={problems('max_rows')}
          onChange={({ target }) => set({ max_rows: Number(target.value) || undefined })}
        />
      </Fields>
      <TablesChoice
        legend={t.pdfTables}
        options={options}
        value={value?.tables ?? []}
        problems={problems('tables')}
        onChange={(tables) => set({ tables })}
      />
    </>
  );
}
