/** What a template will read: how many rows its tables have, and how many of them its file gets. */
import { useQuery } from '@tanstack/react-query';
import type { ReportTemplate } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Stack } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { explainQuery } from './queries';
import { words } from './words';

export function Reads({ template }: { template: ReportTemplate }) {
  const t = useWords(words);
  const format = useFormat();
  const query = useQuery(explainQuery(template));
  return (
    <Loaded query={query} height={3}>
      {({ tables }) => (
        <Stack>
          {tables.map(({ name, title, rows, total, reads }) => (
            <p key={name}>
              {t.willRead(title, format.number(rows), format.number(total), format.number(reads))}
            </p>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}
