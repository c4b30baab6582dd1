/** The form over query_config, control by control, with the server's refusals at their places. */
import { useQueryClient } from '@tanstack/react-query';
import type { SourceSchema } from '@/api/client';
import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import { useAnswers } from './answers';
import { ConditionFields } from './ConditionFields';
import { type PanelForm, withPeriod } from './form';
import { GroupFields } from './GroupFields';
import { HavingFields } from './HavingFields';
import { MeasureFields } from './MeasureFields';
import { OrderFields } from './OrderFields';
import { PeriodField } from './PeriodField';
import { Problem } from './Problem';
import type { PartProps } from './part';
import { schemaOf } from './queries';
import { useSources } from './sources';
import { startOf } from './starts';
import { words } from './words';

export function FormFields({
  form,
  schema,
  params,
  isWithinCommon = false,
  problemsOf,
  onChange,
}: Omit<PartProps, 'onChange'> & {
  onChange: (form: PanelForm, schema?: SourceSchema) => void;
}) {
  const t = useWords(words);
  const queries = useQueryClient();
  const part = { form, schema, params, problemsOf, onChange };
  const hasPeriod = form.period !== null || (schema.time !== null && !form.hasOuterPeriod);
  // Whoever shows the form may make it anew each time: by its text it is another one only once it was changed.
  const take = useAnswers(JSON.stringify(form), (found: SourceSchema) =>
    onChange(startOf(form.type, found), found),
  );
  const sources = useSources(form.source);
  const general = problemsOf('form');
  return (
    <>
      {!isWithinCommon && (
        <SelectField
          label={t.source}
          value={form.source}
          options={sources}
          problems={problemsOf('source')}
          onChange={({ target: { value } }) =>
            // Another source has other fields: the question starts anew.
            void take(queries.fetchQuery(schemaOf(value)))
          }
        />
      )}
      <MeasureFields {...part} />
      {form.type !== 'metric' && <GroupFields {...part} />}
      {!isWithinCommon && (
        <>
          {hasPeriod && (
            <PeriodField
              value={form.period}
              params={params}
              stretch={schema.stretch}
              problems={problemsOf('period')}
              onChange={(period) => onChange(withPeriod(form, period))}
            />
          )}
          <ConditionFields
            value={form}
            schema={schema}
            params={params}
            problemsOf={problemsOf}
            onChange={(change) => onChange({ ...form, ...change })}
          />
        </>
      )}
      {form.type === 'table' && form.groups.length > 0 && <HavingFields {...part} />}
      {form.type !== 'metric' && <OrderFields {...part} />}
      {general.length > 0 && <Problem>{general.join(' ')}</Problem>}
    </>
  );
}
