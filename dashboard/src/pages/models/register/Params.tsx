/** How strict it is: parameters, each with its range and what an empty field means, and the quality that it needs. */
import { useState } from 'react';
import { type SchemaField as Drawn, fieldsOf } from '@/fields/fields';
import { SchemaField } from '@/fields/SchemaField';
import { useWords } from '@/i18n/words';
import { Disclosure } from '@/ui/Disclosure';
import { TextField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { JsonField } from '@/ui/JsonField';
import { runtimeOf } from './draft';
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
  // Whoever empties it is not to see it close.
  const [isFilled] = useState(() => !isEmptyObject(draft.moreParams));
  const isOnnx = draft.runtime === 'onnx';
  const all = fieldsOf(runtimeOf(draft.runtime, runtimes)?.params);
  // Chosen from what its file has.
  const fields = all.filter(({ name }) => !isOnnx || name !== 'output');
  const isRules = draft.runtime === 'rules';
  const besideFields = problemsAt('config.params').filter(
    (problem) => !all.some(({ name }) => problem.startsWith(`${name}:`)),
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
  const besideOrBroken = [...(isBroken ? [t.broken] : []), ...besideFields];
  const more = (
    <JsonField
      label={t.moreParams}
      hint={isRules ? t.ruleHint : t.moreParamsHint}
      value={draft.moreParams}
      rows={isRules ? 16 : 4}
      isOptional={!isRules}
      problems={besideOrBroken}
      onChange={(moreParams) => set({ moreParams })}
    />
  );
  return (
    <Group legend={t.strict}>
      <Fields>
        {fields.filter(({ isRare }) => !isRare).map(draw)}
        <TextField
          label={t.threshold}
          hint={t.thresholdHint}
          inputMode="decimal"
          value={draft.threshold}
          problems={problemsAt('config.quality_threshold')}
          onChange={(event) => set({ threshold: event.target.value })}
        />
      </Fields>
      {rare.length > 0 && (
        <Disclosure label={t.rareParams} isOpen={isRareOpen}>
          <Fields>{rare.map(draw)}</Fields>
        </Disclosure>
      )}
      {isRules ? (
        more
      ) : (
        <Disclosure label={t.moreParams} isOpen={isFilled || besideOrBroken.length > 0}>
          {more}
        </Disclosure>
      )}
      {isRules && <UsualRules draft={draft} set={set} />}
    </Group>
  );
}

const isEmptyObject = (text: string) => /^\s*(\{\s*\})?\s*$/.test(text);
