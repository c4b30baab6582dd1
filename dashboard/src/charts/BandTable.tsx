import { useMemo } from 'react';
import { useWords } from '@/i18n/words';
import type { TimedPoint } from './band';
import { DataTable } from './DataTable';
import type { Column } from './kinds';
import { words } from './words';

export function BandTable({
  title,
  points,
  y,
  height,
}: {
  title: string;
  points: readonly TimedPoint[];
  y: Column;
  height: number;
}) {
  const t = useWords(words);
  const data = useMemo(() => {
    const number = (name: string, label: string): Column => ({ ...y, name, label });
    return {
      columns: [
        { name: 'ds', label: t.time, type: 'datetime', unit: null, decimals: null } as Column,
        number('y', t.actual),
        number('yhat', t.expected),
        number('lo', t.lo),
        number('hi', t.hi),
        {
          name: 'isFinding',
          label: t.finding,
          type: 'boolean',
          unit: null,
          decimals: null,
        } as Column,
      ],
      rows: points.map((p) => [p.ds, p.y, p.yhat, p.lo, p.hi, p.isFinding]),
    };
  }, [points, y, t]);
  return <DataTable caption={t.tableOf(title)} data={data} height={height} />;
}
