/** When a schedule is due next: in its own time zone, and in the reader's where that differs. */
import { formatters, useFormat } from '@/i18n/format';
import { useZoneRules } from '@/i18n/useZoneRules';
import { useWords } from '@/i18n/words';
import { Table } from '@/ui/Table';
import { words } from './words';

export function NextTimes({ times, zone }: { times: readonly string[]; zone: string }) {
  const t = useWords(words);
  const reader = useFormat();
  useZoneRules(zone);
  const own = formatters({ language: reader.language, region: reader.region, timeZone: zone });
  const columns = [
    { key: 'own', label: t.nextIn(zone), cell: (time: string) => own.dateTime(time) },
    {
      key: 'reader',
      label: t.nextYours(reader.timeZone),
      cell: (time: string) => reader.dateTime(time),
    },
  ];
  return (
    <Table
      caption={t.nextTimes}
      rows={times}
      keyOf={(time) => time}
      columns={zone === reader.timeZone ? columns.slice(0, 1) : columns}
    />
  );
}
