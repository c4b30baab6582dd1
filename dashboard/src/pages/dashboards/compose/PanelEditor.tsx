/** Changes one panel, by a form or as JSON: both stand for the same query_config, and what it gives is beside them. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PanelType } from '@/api/client';
import { issuesOf } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { Card } from '@/ui/Layouts';
import { Skeleton } from '@/ui/States';
import css from '../dashboards.module.css';
import { schemaOf } from '../queries';
import { words } from '../words';
import { TYPES } from './AddPanel';
import type { DraftPanel } from './draft';
import { FormFields } from './FormFields';
import { configOf, formOf, type PanelForm, placeOf } from './form';
import { JsonField } from './JsonField';
import { PreviewBody, usePreview } from './Preview';
import { retype } from './starts';

const REFRESHES = [5, 15, 60, 300, 3600] as const;

export function PanelEditor({
  panel,
  onChange,
  onDone,
}: {
  panel: DraftPanel;
  onChange: (change: Partial<DraftPanel>) => void;
  onDone: () => void;
}) {
  const t = useWords(words);
  const [form, setForm] = useState(() => formOf(panel.type, panel.queryConfig));
  const [isJson, setJson] = useState(form === null);
  const source = form?.source ?? String(panel.queryConfig.source ?? '');
  const { data: schema } = useQuery({ ...schemaOf(source), enabled: source !== '' });
  const query = usePreview(panel.queryConfig);
  const issues = issuesOf(query.error).map((issue) => ({ ...issue, path: issue.path.slice(1) }));

  function changeForm(next: PanelForm, of = schema) {
    setForm(next);
    onChange({ type: next.type, queryConfig: { ...configOf(next, of) } });
  }
  function changeConfig(queryConfig: Record<string, unknown>) {
    setForm(formOf(panel.type, queryConfig));
    onChange({ queryConfig });
  }
  function changeType(type: PanelType) {
    if (form && schema) changeForm(retype(form, type, schema));
    else {
      setForm(formOf(type, panel.queryConfig));
      onChange({ type });
    }
  }
  const problemsOf = (place: string) =>
    form === null
      ? []
      : issues.filter(({ path }) => placeOf(path, form) === place).map(({ message }) => message);
  const refreshes = [...new Set([...REFRESHES, panel.refreshS])].sort((a, b) => a - b);
  return (
    <div className={css.editor}>
      <Card>
        <div className={css.fields}>
          <TextField
            label={t.panelName}
            value={panel.title}
            maxLength={120}
            required
            onChange={({ target }) => onChange({ title: target.value })}
          />
          <div className={css.pair}>
            <SelectField
              label={t.kind}
              value={panel.type}
              options={TYPES.map((value) => ({ value, label: t.types[value] }))}
              onChange={({ target }) => changeType(target.value as PanelType)}
            />
            <SelectField
              label={t.refresh}
              value={panel.refreshS}
              options={refreshes.map((value) => ({ value: String(value), label: t.every(value) }))}
              onChange={({ target }) => onChange({ refreshS: Number(target.value) })}
            />
          </div>
          <fieldset className={css.choice} aria-label={t.howToEdit}>
            <Button aria-pressed={!isJson} onClick={() => setJson(false)}>
              {t.asForm}
            </Button>
            <Button aria-pressed={isJson} onClick={() => setJson(true)}>
              {t.asJson}
            </Button>
          </fieldset>
          {isJson ? (
            <JsonField value={panel.queryConfig} issues={issues} onChange={changeConfig} />
          ) : form === null ? (
            <p>{t.beyondForm}</p>
          ) : schema ? (
            <FormFields form={form} schema={schema} problemsOf={problemsOf} onChange={changeForm} />
          ) : (
            <Skeleton height={20} />
          )}
        </div>
      </Card>
      <div className={css.preview}>
        <Card title={t.preview}>
          <PreviewBody panel={panel} query={query} />
        </Card>
        <Button look="primary" onClick={onDone}>
          {t.done}
        </Button>
      </div>
    </div>
  );
}
