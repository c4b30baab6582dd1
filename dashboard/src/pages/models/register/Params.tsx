/** How it looks: the runtime and its parameters, each with what an empty field means. */
import { useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import { wordOf } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { JsonField } from '@/ui/JsonField';
import { type JsonObject, readObject, writeObject } from '@/ui/json';
import { Row } from '@/ui/Layouts';
import { useAction } from '@/ui/useAction';
import type { PartProps } from './ModelForm';
import { PARAMS, type ParamField, RUNTIMES, type Runtime } from './params';
import { type RegisterWords, words } from './words';

export function Params({ draft, set, problemsAt, isBroken }: PartProps & { isBroken: boolean }) {
  const t = useWords(words);
  const fields = PARAMS[draft.runtime];
  const isRules = draft.runtime === 'rules';
  const besideFields = problemsAt('config.params').filter(
    (problem) => !fields.some(({ name }) => problem.startsWith(`${name}:`)),
  );
  return (
    <Group legend={t.looks}>
      <SelectField
        label={t.runtime}
        value={draft.runtime}
        problems={problemsAt('config.runtime')}
        onChange={(event) => set({ runtime: event.target.value as Runtime, params: {} })}
        options={RUNTIMES[draft.type].map((value) => ({ value, label: t.runtimes[value] }))}
      />
      <Fields>
        {fields.map((field) => (
          <Param
            key={field.name}
            field={field}
            value={draft.params[field.name] ?? ''}
            problems={problemsAt(`config.params.${field.name}`)}
            onChange={(value) => set({ params: { ...draft.params, [field.name]: value } })}
          />
        ))}
      </Fields>
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
  field: { name, kind, fallback, isDerived, options },
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
  const label = t.params[name as keyof RegisterWords['params']] ?? name;
  return options ? (
    <SelectField
      label={label}
      value={value || (fallback ?? '')}
      problems={problems}
      onChange={(event) => onChange(event.target.value)}
      options={options.map((option) => ({ value: option, label: wordOf(option, t.choices) }))}
    />
  ) : (
    <TextField
      label={label}
      hint={isDerived ? t.emptyIsDerived : t.emptyMeans(fallback ?? t.noLimit)}
      inputMode={kind === 'integer' ? 'numeric' : 'decimal'}
      value={value}
      problems={problems}
      onChange={(event) => onChange(event.target.value)}
    />
  );
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
