/** Fields and measures of a dataset, with their units. */
import type { DatasetDetail } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Card, Muted, Stack } from '@/ui/Layouts';
import { Table } from '@/ui/Table';
import { words } from './words';

export function Fields({ dataset }: { dataset: DatasetDetail }) {
  const t = useWords(words);
  return (
    <>
      <Card title={t.fields}>
        <Table
          caption={t.fields}
          rows={dataset.fields}
          keyOf={(field) => field.name}
          columns={[
            { key: 'name', label: t.field, cell: (field) => <code>{field.name}</code> },
            { key: 'label', label: t.label, cell: (field) => field.label },
            { key: 'type', label: t.type, cell: (field) => t.fieldTypes[field.type] },
            { key: 'unit', label: t.unit, cell: (field) => field.unit ?? '–' },
          ]}
        />
      </Card>
      <Card title={t.measures}>
        <Stack>
          <Muted>{t.measuresText}</Muted>
          <Table
            caption={t.measures}
            rows={dataset.measures}
            keyOf={(measure) => measure.name}
            columns={[
              { key: 'name', label: t.field, cell: (measure) => <code>{measure.name}</code> },
              { key: 'label', label: t.label, cell: (measure) => measure.label },
              {
                key: 'kind',
                label: t.type,
                cell: ({ kind }) => t.kinds[kind as keyof typeof t.kinds] ?? kind,
              },
              { key: 'unit', label: t.unit, cell: (measure) => measure.unit ?? '–' },
            ]}
          />
        </Stack>
      </Card>
    </>
  );
}
