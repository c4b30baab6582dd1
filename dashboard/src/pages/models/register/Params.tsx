/** By what method: the runtime and its parameters, each with its range and what an empty field means. */
import { type SchemaField as Drawn, fieldsOf } from '@/fields/fields';
import { SchemaField } from '@/fields/SchemaField';
import { useWords } from '@/i18n/words';
import { Disclosure } from '@/ui/Disclosure';
import { SelectField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { JsonField } from '@/ui/JsonField';
import { runtimeOf, runtimesOf } from './draft';
import { OnnxFile } from './OnnxFile';
import type { PartProps } from './part';
import { UsualRules } from './UsualRules';
import { words } from './words';

export function Params({
  draft,
  set,
  problemsAt,
  runtimes,
  isBroken,
}: PartProps & { isBroken: boolean }) {
  const t = useWords(words);
  const isOnnx = draft.runtime === 'onnx';
  const fields = fieldsOf(runtimeOf(draft.runtime, runtimes)?.params).filter(
    // Chosen from what its file has.
    ({ name }) => !isOnnx || name !== 'output',
  );
  const isRules = draft.runtime === 'rules';
  const besideFields = problemsAt('config.params').filter(
    (problem) => !fields.some(({ name }) => problem.startsWith(`${name}:`)),
  );
  const draw = (field: Drawn) => (
    <SchemaField
      key={field.name}
      field={field}
      value={draft.params[field.name] ?? ''}
      problems={problemsAt(`config.params.${field.name}`)}
      onChange={(value) => set({ params: { ...draft.params, [field.name]: value } })}
    />
  );
  const rare = fields.filter(({ isRare }) => isRare);
  const isRareOpen = rare.some(
    ({ name }) => draft.params[name] || problemsAt(`config.params.${name}`).length > 0,
  );
  return (
    <Group legend={t.method}>
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
      {isOnnx && <OnnxFile draft={draft} set={set} problemsAt={problemsAt} />}
      <Fields>{fields.filter(({ isRare }) => !isRare).map(draw)}</Fields>
      {rare.length > 0 && (
        <Disclosure label={t.rareParams} isOpen={isRareOpen}>
          <Fields>{rare.map(draw)}</Fields>
        </Disclosure>
      )}
      <JsonField
        label={t.moreParams}
        hint={isRules ? t.ruleHint : t.moreParamsHint}
        value={draft.moreParams}
        rows={isRules ? 16 : 4}
        isOptional={!isRules}
        problems={[...(isBroken ? [t.broken] : []), ...besideFields]}
        onChange={(moreParams) => set({ moreParams })}
      />
      {isRules && <UsualRules draft={draft} set={set} />}
    </Group>
  );
}
