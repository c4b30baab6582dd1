/** Rows that cannot be read, and lines that are no rows: each with its number and its reason. */
import type { LineOfFile, TableOfFile } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Badge, Card, Muted, Stack } from '@/ui/Layouts';
import { Table } from '@/ui/Table';
import { words } from './words';

export function Lines({ table }: { table: TableOfFile }) {
  const t = useWords(words);
  const format = useFormat();
  return (
    <>
      {table.refusedCount === 0 ? (
        <p>
          <Badge tone="ok">{t.none}</Badge>
        </p>
      ) : (
        <Some
          title={t.refused(format.number(table.refusedCount))}
          text={t.refusedText}
          lines={table.refused}
          count={table.refusedCount}
        />
      )}
      {table.leftOutCount > 0 && (
        <Some
          title={t.leftOut(format.number(table.leftOutCount))}
          text={t.leftOutText}
          lines={table.leftOut}
          count={table.leftOutCount}
        />
      )}
    </>
  );
}

function Some({
  title,
  text,
  lines,
  count,
}: {
  title: string;
  text: string;
  lines: readonly LineOfFile[];
  count: number;
}) {
  const t = useWords(words);
  const format = useFormat();
  return (
    <Card title={title}>
      <Stack>
        <Muted>
          {text}
          {lines.length < count && ` ${t.firstOf(format.number(lines.length))}`}
        </Muted>
        <Table
          caption={title}
          rows={lines}
          keyOf={(line) => `${line.line} ${line.text}`}
          columns={[
            {
              key: 'line',
              label: t.line,
              cell: ({ line }) => format.number(line),
              isNumeric: true,
            },
            { key: 'reason', label: t.reason, cell: ({ reason }) => reason.message },
            { key: 'text', label: t.lineText, cell: (line) => line.text },
          ]}
        />
      </Stack>
    </Card>
  );
}
