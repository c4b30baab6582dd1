/** The form over query_config, control by control, with the server's refusals at their places. */
import { useQueryClient } from '@tanstack/react-query';
import type { SourceSchema } from '@/api/client';
import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import css from '../dashboards.module.css';
import { schemaOf } from '../queries';
import { words } from '../words';
import { ConditionFields } from './ConditionFields';
import type { PanelForm } from './form';
import { GroupFields } from './GroupFields';
import { MeasureFields } from './MeasureFields';
import { OrderFields } from './OrderFields';
import { PeriodField } from './PeriodField';
import { useSources } from './sources';
import { startOf } from './starts';

export interface PartProps {
  form: PanelForm;
  schema: SourceSchema;
  problemsOf: (place: string) => readonly string[];
  onChange: (form: PanelForm) => void;
}

export function FormFields({
  form,
  schema,
  problemsOf,
  onChange,
}: Omit<PartProps, 'onChange'> & {
  onChange: (form: PanelForm, schema?: SourceSchema) => void;
}) {
  const t = useWords(words);
  const queries = useQueryClient();
  const part = { form, schema, problemsOf, onChange };
  const general = problemsOf('form');
  return (
    <>
      <SelectField
        label={t.source}
        value={form.source}
        options={useSources(form.source)}
        problems={problemsOf('source')}
        onChange={({ target: { value } }) =>
          // Another source has other fields: the question starts anew.
          void queries
            .fetchQuery(schemaOf(value))
            .then((found) => onChange(startOf(form.type, found), found))
        }
      />
      <MeasureFields {...part} />
      {form.type !== 'metric' && <GroupFields {...part} />}
      {schema.time && <PeriodField {...part} />}
      <ConditionFields {...part} />
      {form.type !== 'metric' && <OrderFields {...part} />}
      {general.length > 0 && (
        <p className={css.problem} role="alert">
          {general.join(' ')}
        </p>
      )}
    </>
  );
}
