/** A panel's data as figures, a table or a chart. */
import type { PanelData, PanelType, QueryConfig } from '@/api/client';
import { DataTable, type Days, type Finding, PanelChart, type View } from '@/charts';
import { useWords } from '@/i18n/words';
import { isGrouped, tableOf } from '@/query/config';
import { words } from '../words';
import { Metric } from './Metric';

const CHART = 16;
const METRIC = 5;

export const heightOf = ({ type }: { type: PanelType }) => (type === 'metric' ? METRIC : CHART);

export function PanelBody({
  panel,
  data,
  view,
  onSelect,
  onZoom,
  finding,
}: {
  panel: { title: string; type: PanelType; queryConfig: QueryConfig };
  data: PanelData;
  view?: View;
  onSelect?: (row: number) => void;
  onZoom?: (days: Days) => void;
  finding?: Finding;
}) {
  const t = useWords(words);
  const table = tableOf(panel.queryConfig);
  const select = table && isGrouped(table) ? onSelect : undefined;
  if (panel.type === 'metric') return <Metric data={data} onSelect={select} />;
  if (panel.type === 'table') {
    return (
      <DataTable caption={t.tableOf(panel.title)} data={data} onSelect={select} height={CHART} />
    );
  }
  return (
    <PanelChart
      title={panel.title}
      isTitleShown={false}
      data={data}
      height={CHART}
      onSelect={select}
      onZoom={onZoom}
      finding={finding}
      {...(view && { view })}
    />
  );
}
