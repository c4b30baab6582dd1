/** What it is called, when it runs, and what its findings advise to whom. */
import { useWords } from '@/i18n/words';
import { AreaField, SelectField, TextField } from '@/ui/Field';
import { Fields } from '@/ui/Form';
import type { Draft } from './draft';
import type { PartProps } from './part';
import { words } from './words';

export function Identity({ draft, set, problemsAt }: PartProps) {
  const t = useWords(words);
  return (
    <>
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
          label={t.runsOn}
          value={draft.runsOn}
          problems={problemsAt('config.trigger')}
          onChange={(event) => set({ runsOn: event.target.value as Draft['runsOn'] })}
          options={[
            { value: 'request', label: t.onRequest },
            { value: 'dataset_update', label: t.onUpdate },
          ]}
        />
      </Fields>
      <Fields>
        <TextField
          label={t.action}
          value={draft.action}
          problems={problemsAt('config.advice')}
          onChange={(event) => set({ action: event.target.value })}
        />
        <TextField
          label={t.owner}
          value={draft.owner}
          onChange={(event) => set({ owner: event.target.value })}
        />
      </Fields>
      <AreaField
        label={t.description}
        value={draft.description}
        maxLength={10_000}
        problems={problemsAt('description')}
        onChange={(event) => set({ description: event.target.value })}
      />
    </>
  );
}
