import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PanelType, QueryConfig } from '@/api/client';
import { useWords } from '@/i18n/words';
import { configOf } from '@/query/form';
import { datasetNames, schemaOf } from '@/query/queries';
import { LEDGERS, sourcesOf } from '@/query/sources';
import { startOf } from '@/query/starts';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Layouts';
import { sayFailure } from '@/ui/States';
import { say } from '@/ui/toasts';
import { words as uiWords } from '@/ui/words';
import css from '../dashboards.module.css';
import { words } from '../words';

export const TYPES: readonly PanelType[] = ['bar', 'line', 'pie', 'scatter', 'metric', 'table'];

/** One button a kind: the new panel begins with what the first source has. */
export function AddPanel({
  onAdd,
}: {
  onAdd: (type: PanelType, queryConfig: QueryConfig) => void;
}) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const queries = useQueryClient();
  const [busy, setBusy] = useState<PanelType | null>(null);
  async function add(type: PanelType) {
    setBusy(type);
    try {
      const names = (await queries.fetchQuery(datasetNames)).map(({ name }) => name);
      const schema = await queries.fetchQuery(schemaOf(sourcesOf(names)[0] ?? LEDGERS[3]));
      onAdd(type, configOf(startOf(type, schema), schema));
    } catch (error) {
      const [title, text] = sayFailure(error, ui);
      say(text || title);
    } finally {
      setBusy(null);
    }
  }
  return (
    <Card title={t.addPanel}>
      <div className={css.tools}>
        {TYPES.map((type) => (
          <Button key={type} isBusy={busy === type} onClick={() => void add(type)}>
            {t.types[type]}
          </Button>
        ))}
      </div>
    </Card>
  );
}
