/** The charts of one table. */
import { useQuery } from '@tanstack/react-query';
import type { Chart, QueryConfig, TableQuery } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { type ChartType, columnName, columnsOf, isAggregate } from '@/query/config';
import { labelOf } from '@/query/labels';
import { withPresent } from '@/query/options';
import { schemaOf } from '@/query/queries';
import css from '@/query/query.module.css';
import { Repeated, replaced, without } from '@/query/Repeated';
import { SelectField, TextField } from '@/ui/Field';
import { words } from '../words';
import { defined } from './defined';
import { chartsOf, withCharts } from './tables';

const TYPES: readonly ChartType[] = ['bar', 'line', 'pie', 'scatter'];
const MOST = 20;

export function ChartFields({
  config,
  name,
  issues,
  onChange,
}: {
  config: QueryConfig;
  name: string;
  issues: readonly Issue[];
  onChange: (config: QueryConfig) => void;
}) {
  const t = useWords(words);
  const table = config.datasets[name] as TableQuery;
  const { data: schema } = useQuery(schemaOf(table.source ?? config.source));
  const placed = chartsOf(config, name);
  const charts = placed.map(({ chart }) => chart);
  const set = (next: readonly Chart[]) => onChange(withCharts(config, name, next));
  const labelIn = (column: string) =>
    table.select.find((item) => columnName(item) === column)?.label ?? labelOf(schema, column);
  const columns = columnsOf(table).map((value) => ({ value, label: labelIn(value) }));
  const none = [{ value: '', label: t.noColumn }, ...columns];
  return (
    <Repeated
      legend={t.charts}
      rows={charts}
      most={MOST - (config.charts?.length ?? 0) + charts.length}
      addLabel={t.addChart}
      nameOf={({ title, type }) => title ?? t.chartTypes[type]}
      onAdd={() => set([...charts, chartFrom(name, table)])}
      onRemove={(at) => set(without(charts, at))}
      render={(chart, at) => {
        const change = (part: { [K in keyof Chart]?: Chart[K] | undefined }) =>
          set(replaced(charts, at, defined({ ...chart, ...part }) as Chart));
        const problems = (key: keyof Chart) =>
          issues
            .filter(
              ({ path }) =>
                path[0] === 'charts' &&
                Number(path[1]) === placed[at]?.place &&
                (path[2] ?? 'type') === key,
            )
            .map(({ message }) => message);
        const column = (key: 'x' | 'y' | 'series' | 'label', label: string, isNeeded = false) => (
          <SelectField
            label={label}
            value={chart[key] ?? ''}
            options={withPresent(isNeeded ? columns : none, chart[key] ?? undefined)}
            problems={problems(key)}
            onChange={({ target }) => change({ [key]: target.value || undefined })}
          />
        );
        return (
          <div className={css.pair}>
            <SelectField
              label={t.chartType}
              value={chart.type}
              options={TYPES.map((value) => ({ value, label: t.chartTypes[value] }))}
              problems={problems('type')}
              onChange={({ target }) => change({ type: target.value as ChartType })}
            />
            {column('x', t.chartX, true)}
            {column('y', t.chartY, true)}
            {(chart.type !== 'pie' || chart.series) && column('series', t.chartSeries)}
            {(chart.type === 'scatter' || chart.label) && column('label', t.chartLabel)}
            <TextField
              label={t.chartTitle}
              value={chart.title ?? ''}
              maxLength={120}
              problems={problems('title')}
              onChange={({ target }) => change({ title: target.value || undefined })}
            />
          </div>
        );
      }}
    />
  );
}

function chartFrom(data: string, table: TableQuery): Chart {
  const groups = table.select.filter((item) => !isAggregate(item));
  const measures = table.select.filter(isAggregate);
  const along = groups[0] ?? table.select[0];
  const up = measures[0] ?? table.select.at(-1);
  return {
    type: along?.bucket ? 'line' : 'bar',
    data,
    x: along ? columnName(along) : '',
    y: up ? columnName(up) : '',
  };
}
