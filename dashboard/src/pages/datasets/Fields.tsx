/** Fields and measures of a dataset, with their units. */
import type { DatasetDetail } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Card, Muted, Stack } from '@/ui/Layouts';
import { WholeTable } from '@/ui/WholeTable';
import { words } from './words';

export function Fields({ dataset }: { dataset: DatasetDetail }) {
  const t = useWords(words);
  return (
    <>
      <Card title={t.fields}>
        <WholeTable
          caption={t.fields}
          rows={dataset.fields}
          keyOf={(field) => field.name}
          columns={[
            {
              key: 'name',
              label: t.field,
              sortOf: (field) => field.name,
              textOf: (field) => field.name,
              cell: (field) => <code>{field.name}</code>,
            },
            {
              key: 'label',
              label: t.label,
              sortOf: (field) => field.label,
              cell: (field) => field.label,
            },
            {
              key: 'type',
              label: t.type,
              sortOf: (field) => t.fieldTypes[field.type],
              cell: (field) => t.fieldTypes[field.type],
            },
            {
              key: 'unit',
              label: t.unit,
              sortOf: (field) => field.unit,
              cell: (field) => field.unit ?? '–',
            },
          ]}
        />
      </Card>
      <Card title={t.measures}>
        <Stack>
          <Muted>{t.measuresText}</Muted>
          <WholeTable
            caption={t.measures}
            rows={dataset.measures}
            keyOf={(measure) => measure.name}
            columns={[
              {
                key: 'name',
                label: t.field,
                sortOf: (measure) => measure.name,
                textOf: (measure) => measure.name,
                cell: (measure) => <code>{measure.name}</code>,
              },
              {
                key: 'label',
                label: t.label,
                sortOf: (measure) => measure.label,
                cell: (measure) => measure.label,
              },
              {
                key: 'kind',
                label: t.type,
                sortOf: ({ kind }) => t.kinds[kind as keyof typeof t.kinds] ?? kind,
                cell: ({ kind }) => t.kinds[kind as keyof typeof t.kinds] ?? kind,
              },
              {
                key: 'unit',
                label: t.unit,
                sortOf: (measure) => measure.unit,
                cell: (measure) => measure.unit ?? '–',
              },
            ]}
          />
        </Stack>
      </Card>
    </>
  );
}
