/** Name, version, type and description of a model. */
import type { ModelType } from '@/api/client';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { AreaField, SelectField, TextField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { Card } from '@/ui/Layouts';
import { runtimesOf } from './draft';
import type { PartProps } from './part';
import { words } from './words';

export function Identity({ draft, set, problemsAt, runtimes }: PartProps) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const changeType = (type: ModelType) =>
    set({
      type,
      runtime: runtimesOf(type, runtimes)[0]?.name ?? '',
      params: {},
      moreParams: '{}',
    });
  const types = [...new Set(runtimes.map((each) => each.type))];
  return (
    <Card>
      <Group legend={t.model}>
        <Fields>
          <TextField
            label={t.name}
            required
            maxLength={255}
            value={draft.name}
            problems={problemsAt('name')}
            onChange={(event) => set({ name: event.target.value })}
          />
          <TextField
            label={t.version}
            hint={t.versionHint}
            required
            value={draft.version}
            problems={problemsAt('version')}
            onChange={(event) => set({ version: event.target.value })}
          />
          <SelectField
            label={t.type}
            value={draft.type}
            problems={problemsAt('type')}
            onChange={(event) => changeType(event.target.value as ModelType)}
            options={types.map((value) => ({ value, label: named.model_type[value] }))}
          />
        </Fields>
        <AreaField
          label={t.description}
          value={draft.description}
          maxLength={10_000}
          problems={problemsAt('description')}
          onChange={(event) => set({ description: event.target.value })}
        />
      </Group>
    </Card>
  );
}
