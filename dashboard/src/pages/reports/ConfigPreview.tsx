/** What a query_config gives now, one table at a time, or what is wrong with it. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ALONE, api, type PanelData } from '@/api/client';
import { failureOf } from '@/api/errors';
import { DataTable, PanelChart } from '@/charts';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { SelectField } from '@/ui/Field';
import { Refused } from '@/ui/Form';
import { type JsonObject, readObject } from '@/ui/json';
import { Muted, Row, Stack } from '@/ui/Layouts';
import { onlyTable, type QueryConfig } from './config';
import { words } from './words';

const TABLE_REM = 22;

export function ConfigPreview({ text }: { text: string }) {
  const t = useWords(words);
  const [config] = readObject(text);
  const [table, setTable] = useState('');
  const names = Object.keys((config as QueryConfig | null)?.datasets ?? {});
  const chosen = names.includes(table) ? table : '';
  const asked = useMutation({
    mutationFn: (queryConfig: JsonObject) => api.panels.data.query({ queryConfig }, ALONE),
  });
  const ask = () => {
    if (config === null) return;
    asked.mutate(chosen ? onlyTable(config as QueryConfig, chosen) : config);
  };
  return (
    <Stack>
      {names.length > 1 && (
        <SelectField
          label={t.checked}
          value={chosen}
          onChange={(event) => setTable(event.target.value)}
          options={[
            { value: '', label: t.firstShown },
            ...names.map((name) => ({ value: name, label: t.checkedTable(name) })),
          ]}
        />
      )}
      <Row>
        <Button disabled={config === null} isBusy={asked.isPending} onClick={ask}>
          {t.check}
        </Button>
      </Row>
      <div aria-live="polite">
        {asked.isError && <Problem error={asked.error} />}
        {asked.data && <Shown data={asked.data} />}
      </div>
    </Stack>
  );
}

function Problem({ error }: { error: unknown }) {
  const t = useWords(words);
  const failure = failureOf(error);
  return (
    <Refused
      title={t.notRun}
      problems={
        failure.kind === 'refused' && failure.issues.length > 0
          ? failure.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
          : 'message' in failure
            ? [failure.message]
            : []
      }
    />
  );
}

function Shown({ data }: { data: PanelData }) {
  const t = useWords(words);
  return (
    <Stack>
      {data.filters.length > 0 && <Muted>{data.filters.join(' · ')}</Muted>}
      {data.chart ? (
        <PanelChart title={data.title} data={data} />
      ) : (
        <DataTable caption={data.title || t.checked} data={data} height={TABLE_REM} />
      )}
    </Stack>
  );
}
