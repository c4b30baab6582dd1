/** What a template is called, and what file it makes. */
import type { NewTemplate, ReportFormat } from '@/api/client';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { AreaField, SelectField, TextField } from '@/ui/Field';
import { Fields } from '@/ui/Form';
import { Card, Stack } from '@/ui/Layouts';
import type { Policy } from './PolicyFields';
import { words } from './words';

export type TemplateDraft = Pick<NewTemplate, 'name' | 'format' | 'queryConfig'> &
  Policy & {
    description: string;
    schedule: string | null;
  };

const FORMATS: readonly ReportFormat[] = ['json', 'csv', 'pdf'];

type Given = Omit<TemplateDraft, 'schedule'>;

export function TemplateFields({
  draft,
  set,
  problemsAt,
}: {
  draft: Given;
  set: (changed: Partial<Given>) => void;
  problemsAt: (field: string) => readonly string[];
}) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  return (
    <Card>
      <Stack>
        <Fields>
          <TextField
            label={t.name}
            required
            maxLength={255}
            value={draft.name}
            problems={problemsAt('name')}
            onChange={(event) => set({ name: event.target.value })}
          />
          <SelectField
            label={t.format}
            value={draft.format}
            problems={problemsAt('format')}
            onChange={(event) => set({ format: event.target.value as ReportFormat })}
            options={FORMATS.map((value) => ({ value, label: named.report_format[value] }))}
          />
        </Fields>
        <AreaField
          label={t.description}
          value={draft.description}
          maxLength={10_000}
          problems={problemsAt('description')}
          onChange={(event) => set({ description: event.target.value })}
        />
      </Stack>
    </Card>
  );
}
