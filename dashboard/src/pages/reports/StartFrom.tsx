/** Fills the editor with another template's query, or with one made of a dataset's declaration. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { QueryConfig, SourceSchema } from '@/api/client';
import { useWords } from '@/i18n/words';
import { datasetsQuery, schemaQuery } from '@/pages/datasets/queries';
import { useAnswers } from '@/query/answers';
import { SelectField } from '@/ui/Field';
import { templatesQuery } from './queries';
import { startOf } from './starts';
import { words } from './words';

export function StartFrom({
  config,
  onChoose,
}: {
  /** What is to be replaced. */
  config: QueryConfig;
  onChoose: (config: QueryConfig) => void;
}) {
  const t = useWords(words);
  const queries = useQueryClient();
  const { data: templates = [] } = useQuery(templatesQuery);
  const { data: datasets = [] } = useQuery(datasetsQuery);
  const [chosen, setChosen] = useState('');
  const take = useAnswers(config, (schema: SourceSchema) => onChoose({ ...startOf(schema) }));
  const choose = (value: string) => {
    setChosen(value);
    const [kind, name = ''] = value.split(' ');
    if (kind === 'template') {
      const template = templates.find(({ id }) => String(id) === name);
      if (template) onChoose(template.queryConfig);
    } else if (kind === 'dataset') {
      void take(queries.fetchQuery(schemaQuery(name)));
    }
  };
  return (
    <SelectField
      label={t.startFrom}
      value={chosen}
      onChange={(event) => choose(event.target.value)}
      options={[
        { value: '', label: t.startNothing },
        ...templates.map(({ id, name }) => ({ value: `template ${id}`, label: t.copyOf(name) })),
        ...datasets.map(({ name }) => ({ value: `dataset ${name}`, label: t.ofDataset(name) })),
      ]}
    />
  );
}
