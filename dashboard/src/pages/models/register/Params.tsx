/** By what method: the runtime and its parameters, each with its range and what an empty field means. */
import { useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Disclosure } from '@/ui/Disclosure';
import { SelectField, TextField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { JsonField } from '@/ui/JsonField';
import { type JsonObject, readObject, writeObject } from '@/ui/json';
import { Row } from '@/ui/Layouts';
import { useAction } from '@/ui/useAction';
import { runtimeOf, runtimesOf } from './draft';
import type { PartProps } from './ModelForm';
import { choiceOf, fieldsOf, type ParamField } from './params';
import { type RegisterWords, words } from './words';

export function Params({
  draft,
  set,
  problemsAt,
  runtimes,
  isBroken,
}: PartProps & { isBroken: boolean }) {
  const t = useWords(words);
  const fields = fieldsOf(runtimeOf(draft.runtime, runtimes));
  const isRules = draft.runtime === 'rules';
  const besideFields = problemsAt('config.params').filter(
    (problem) => !fields.some(({ name }) => problem.startsWith(`${name}:`)),
  );
  const draw = (field: ParamField) => (
    <Param
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
        problems={[...(isBroken ? [t.broken] : []), ...besideFields]}
        onChange={(moreParams) => set({ moreParams })}
      />
      {isRules && <UsualRules draft={draft} set={set} />}
    </Group>
  );
}

function Param({
  field,
  value,
  problems,
  onChange,
}: {
  field: ParamField;
  value: string;
  problems: readonly string[];
  onChange: (value: string) => void;
}) {
  const t = useWords(words);
  const { label, kind, fallback } = field;
  const hint = hintOf(field, t);
  if (kind === 'choice' || kind === 'boolean') {
    const truths = ['true', 'false'] as const;
    const options =
      kind === 'choice' ? field.options : truths.map((each) => ({ value: each, label: t[each] }));
    return (
      <SelectField
        label={label}
        hint={hint}
        value={value || (fallback ?? '')}
        problems={problems}
        onChange={(event) => onChange(event.target.value)}
        options={fallback === null ? [{ value: '', label: '–' }, ...options] : options}
      />
    );
  }
  return (
    <TextField
      label={label}
      hint={hint}
      inputMode={({ integer: 'numeric', number: 'decimal', text: 'text' } as const)[kind]}
      value={value}
      problems={problems}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** What it means, from where to where it goes, and what holds if it is empty. */
function hintOf(field: ParamField, t: RegisterWords): string {
  const { help, range, fallback, kind } = field;
  const isTyped = kind !== 'choice' && kind !== 'boolean';
  return [
    help,
    range && t.range(range),
    isTyped && fallback !== null && t.emptyMeans(choiceOf(field, fallback)),
  ]
    .filter(Boolean)
    .join(' ');
}

/** Rules that the server would make by itself, to begin with. */
function UsualRules({ draft, set }: Pick<PartProps, 'draft' | 'set'>) {
  const t = useWords(words);
  const queries = useQueryClient();
  const [inputSchema] = readObject(draft.inputSchema);
  const [outputSchema] = readObject(draft.outputSchema);
  const action = useAction({
    run: async (schemas: { inputSchema: JsonObject; outputSchema: JsonObject }) =>
      queries.fetchQuery({
        queryKey: ['models.validate', draft.type, schemas],
        queryFn: () =>
          api.models.validate.query({ ...schemas, name: 'usual-rules', type: draft.type }),
      }),
    onDone: ({ config }) => {
      if (config?.params) set({ moreParams: writeObject(config.params) });
    },
  });
  const isReady = draft.dataset !== '' && inputSchema !== null && outputSchema !== null;
  return (
    <Row>
      <Button
        disabled={!isReady}
        isBusy={action.isBusy}
        onClick={() => isReady && action.start({ inputSchema, outputSchema })}
      >
        {t.useDefaults}
      </Button>
    </Row>
  );
}
