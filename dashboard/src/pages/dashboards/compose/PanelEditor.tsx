/** Changes one panel, by a form or as JSON: both stand for the same query_config, and what it gives is beside them. */

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PanelType, QueryConfig } from '@/api/client';
import { useWords } from '@/i18n/words';
import { ConfigField } from '@/query/ConfigField';
import { Editor } from '@/query/Editor';
import { FormFields } from '@/query/FormFields';
import { configOf, formOf, type PanelForm, placeOf, withPeriod } from '@/query/form';
import { schemaOf } from '@/query/queries';
import { retype } from '@/query/starts';
import { previewIssues, usePreview } from '@/query/usePreview';
import { SelectField, TextField } from '@/ui/Field';
import { Fields } from '@/ui/Form';
import { Skeleton } from '@/ui/States';
import { words } from '../words';
import { TYPES } from './AddPanel';
import type { DraftPanel } from './draft';
import { PreviewBody } from './Preview';

const REFRESHES = [5, 15, 60, 300, 3600] as const;

export function PanelEditor({
  panel,
  onChange,
}: {
  panel: DraftPanel;
  onChange: (change: Partial<DraftPanel>) => void;
}) {
  const t = useWords(words);
  const [form, setForm] = useState(() => formOf(panel.type, panel.queryConfig));
  const [isJson, setJson] = useState(form === null);
  const source = form?.source ?? String(panel.queryConfig.source ?? '');
  const { data: schema } = useQuery({ ...schemaOf(source), enabled: source !== '' });
  const query = usePreview(panel.queryConfig);
  const issues = previewIssues(query);

  function changeForm(next: PanelForm, of = schema) {
    setForm(next);
    onChange({ type: next.type, queryConfig: { ...configOf(next, of) } });
  }
  function changeConfig(queryConfig: QueryConfig | null) {
    if (queryConfig === null) return;
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
    <Editor
      isJson={isJson}
      onWay={setJson}
      preview={
        <PreviewBody
          panel={panel}
          query={query}
          onShow={form ? (period) => changeForm(withPeriod(form, period)) : undefined}
        />
      }
      head={
        <>
          <TextField
            label={t.panelName}
            value={panel.title}
            problems={panel.title.trim() === '' ? [t.panelNameNeeded] : []}
            maxLength={120}
            required
            onChange={({ target }) => onChange({ title: target.value })}
          />
          <Fields>
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
          </Fields>
        </>
      }
    >
      {isJson ? (
        <ConfigField value={panel.queryConfig} issues={issues} onChange={changeConfig} />
      ) : form === null ? (
        <p>{t.beyondForm}</p>
      ) : schema ? (
        <FormFields form={form} schema={schema} problemsOf={problemsOf} onChange={changeForm} />
      ) : (
        <Skeleton height={20} />
      )}
    </Editor>
  );
}
