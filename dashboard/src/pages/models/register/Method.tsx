/** What is looked for: the type of the model, and the runtime or the file that does it. */
import type { ModelType } from '@/api/client';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { runtimesOf } from './draft';
import { OnnxFile } from './OnnxFile';
import type { PartProps } from './part';
import { words } from './words';

export function Method({ draft, set, problemsAt, runtimes }: PartProps) {
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
    <Group legend={t.method}>
      <Fields>
        <SelectField
          label={t.type}
          value={draft.type}
          problems={problemsAt('type')}
          onChange={(event) => changeType(event.target.value as ModelType)}
          options={types.map((value) => ({ value, label: named.model_type[value] }))}
        />
        <SelectField
          label={t.runtime}
          value={draft.runtime}
          problems={problemsAt('config.runtime')}
          onChange={(event) => set({ runtime: event.target.value, params: {} })}
          options={runtimesOf(draft.type, runtimes).map(({ name, label, summary }) => ({
            value: name,
            label: t.runtimeIs(label, summary),
          }))}
        />
      </Fields>
      {draft.runtime === 'onnx' && <OnnxFile draft={draft} set={set} problemsAt={problemsAt} />}
    </Group>
  );
}
