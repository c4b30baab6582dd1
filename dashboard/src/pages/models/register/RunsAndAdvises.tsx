/** What starts a model, from which quality on, and what its findings advise to whom. */
import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { Card } from '@/ui/Layouts';
import type { Draft } from './draft';
import type { PartProps } from './part';
import { words } from './words';

export function RunsAndAdvises({ draft, set, problemsAt }: PartProps) {
  const t = useWords(words);
  return (
    <Card>
      <Group legend={t.runs}>
        <Fields>
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
          <TextField
            label={t.threshold}
            hint={t.thresholdHint}
            inputMode="decimal"
            value={draft.threshold}
            problems={problemsAt('config.quality_threshold')}
            onChange={(event) => set({ threshold: event.target.value })}
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
      </Group>
    </Card>
  );
}
