/** What a dashboard is called, and what it is for. */
import { useWords } from '@/i18n/words';
import { AreaField, TextField } from '@/ui/Field';
import { Card, Stack } from '@/ui/Layouts';
import { words } from '../words';
import type { Draft } from './draft';

export function DraftFields({
  draft,
  set,
  problemsOf,
}: {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  problemsOf: (field: string) => readonly string[];
}) {
  const t = useWords(words);
  return (
    <Card>
      <Stack>
        <TextField
          label={t.name}
          value={draft.name}
          maxLength={255}
          required
          problems={problemsOf('name')}
          onChange={({ target }) => set({ name: target.value })}
        />
        <AreaField
          label={t.description}
          value={draft.description}
          rows={2}
          problems={problemsOf('description')}
          onChange={({ target }) => set({ description: target.value })}
        />
      </Stack>
    </Card>
  );
}
