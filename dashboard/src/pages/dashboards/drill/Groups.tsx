/** The groups of a level as a chart; pressing one goes down into it. */
import type { DrillData } from '@/api/client';
import { PanelChart } from '@/charts';

/** Of the chart, in rem. */
export const GROUPS_HEIGHT = 20;

export function Groups({
  title,
  data,
  onSelect,
}: {
  title: string;
  data: DrillData;
  onSelect: (row: number) => void;
}) {
  return (
    <PanelChart
      title={title}
      isTitleShown={false}
      data={data}
      height={GROUPS_HEIGHT}
      onSelect={onSelect}
    />
  );
}
