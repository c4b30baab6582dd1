/** The groups of a level as a chart; pressing one goes down into it. */
import { useMemo } from 'react';
import type { DrillData } from '@/api/client';
import { PanelChart } from '@/charts';

/** Of the chart, in rem. */
export const GROUPS_HEIGHT = 20;

export function Groups({
  title,
  by,
  data,
  onSelect,
}: {
  title: string;
  by: string;
  data: DrillData;
  onSelect: (row: number) => void;
}) {
  const charted = useMemo(() => {
    const measure = data.columns.find(
      (column) => column.name !== by && (column.type === 'number' || column.type === 'integer'),
    );
    const own = data.columns.find((column) => column.name === by);
    const isTime = own?.type === 'date' || own?.type === 'datetime';
    const type = isTime ? ('line' as const) : ('bar' as const);
    const rest = { series: null, label: null, title: null, note: null };
    const chart = measure ? { type, x: by, y: measure.name, ...rest } : null;
    return { ...data, chart, isTruncated: false };
  }, [data, by]);
  return (
    <PanelChart
      title={title}
      isTitleShown={false}
      data={charted}
      height={GROUPS_HEIGHT}
      onSelect={onSelect}
    />
  );
}
