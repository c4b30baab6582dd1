/** One panel: its data in its form, how current it is, and what can be done with it. */
import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, type ReactNode, useCallback, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Panel, PanelData } from '@/api/client';
import type { Days, SeriesName, View } from '@/charts';
import { useWords } from '@/i18n/words';
import { csvOf, downloadCsv, fileNameOf } from '@/ui/csv';
import { Failed, Skeleton } from '@/ui/States';
import { say } from '@/ui/toasts';
import css from '../dashboards.module.css';
import { searchOfWay, stepOfPanel, TOP } from '../drill/path';
import { panelData } from '../queries';
import { askedOf, type Scope, searchOf } from '../scope';
import { words } from '../words';
import { Ended } from './Ended';
import { Freshness } from './Freshness';
import { heightOf, PanelBody } from './PanelBody';
import { PanelMenu } from './PanelMenu';
import { useShown } from './useShown';

export function PanelCard({
  panel,
  scope,
  isPaused,
}: {
  panel: Panel;
  scope: Scope;
  isPaused: boolean;
}) {
  const t = useWords(words);
  const ref = useRef<HTMLElement>(null);
  const isShown = useShown(ref);
  const [view, setView] = useState<View>('chart');
  const [series, setSeries] = useState<readonly SeriesName[]>([]);
  const query = useQuery({
    ...panelData(
      {
        panelId: panel.id,
        ...askedOf(scope),
        ...(series.length > 0 && { series: [...series] }),
      },
      isPaused || !isShown ? null : panel.refreshS,
    ),
    enabled: isShown,
  });
  const { open, openRow } = useOpen(panel, query.data);
  const data = query.data;
  const showDays = useShowDays(scope);
  return (
    <section
      ref={ref}
      className={css.panel}
      style={{ '--span': panel.width } as CSSProperties}
      data-type={panel.type}
    >
      <div className={css.panelHead}>
        <h2>{panel.title}</h2>
        <PanelMenu title={panel.title}>
          {panel.type !== 'table' && panel.type !== 'metric' && (
            <button type="button" onClick={() => setView(view === 'chart' ? 'table' : 'chart')}>
              {view === 'chart' ? t.asTable : t.asChart}
            </button>
          )}
          <button type="button" onClick={open}>
            {t.lookCloser}
          </button>
          <button
            type="button"
            disabled={!data}
            onClick={() => data && save(panel.title, data, t.saved)}
          >
            {t.download}
          </button>
        </PanelMenu>
      </div>
      {data?.stretch ? (
        <Ended stretch={data.stretch} onShow={showDays} />
      ) : data ? (
        <PanelBody
          panel={panel}
          data={data}
          view={view}
          onSelect={openRow}
          onZoom={showDays}
          finding={{ wanted: series, onWant: setSeries }}
        />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton height={heightOf(panel)} />
      )}
      {data && <Notes data={data} />}
      {data && (
        <Freshness
          data={data}
          readAt={query.dataUpdatedAt}
          isFailed={query.isError}
          refreshS={panel.refreshS}
        />
      )}
    </section>
  );
}

export function save(
  title: string,
  data: Pick<PanelData, 'columns' | 'rows'>,
  said: (name: string) => string,
) {
  const header = data.columns.map(({ label, unit }) => (unit ? `${label} (${unit})` : label));
  const name = fileNameOf(title);
  downloadCsv(name, csvOf(header, data.rows));
  say(said(name));
}

/** Leads to what is behind the panel, or behind one of its rows. */
function useOpen(panel: Panel, data: PanelData | undefined) {
  const t = useWords(words);
  const [, navigate] = useLocation();
  const search = useSearch();
  const base = `/dashboards/${panel.dashboardId}/panels/${panel.id}`;
  const open = () => navigate(`${base}?${searchOfWay(TOP, search)}`);
  const openRow = useCallback(
    (index: number) => {
      const row = data?.rows[index];
      const step = row && data && stepOfPanel(panel.queryConfig, data.columns, row);
      if (!step) return say(t.noOneGroup);
      const isWhole = Object.keys(step).length === 0;
      const way = { path: isWhole ? [] : [step], by: null, isRows: isWhole };
      navigate(`${base}?${searchOfWay(way, search)}`);
    },
    [data, panel, base, search, navigate, t],
  );
  return { open, openRow };
}

/** Of all panels, as the period above them does. */
function useShowDays(scope: Scope) {
  const [path, navigate] = useLocation();
  const search = useSearch();
  return (days: Days) =>
    navigate(`${path}?${searchOf({ ...scope, period: null, ...days }, search)}`);
}

/** Filters of the dashboard that this panel has no use for. */
export function Notes({ data }: { data: Pick<PanelData, 'appliedFilters'> }): ReactNode {
  const t = useWords(words);
  const unused = data.appliedFilters.filter((each) => !each.isApplied);
  return (
    unused.length > 0 && (
      <ul className={css.notes}>
        {unused.map(({ kind, field }) => (
          <li key={`${kind} ${field}`}>
            {kind === 'period' ? t.periodUnused : t.filterUnused(field ?? '')}
          </li>
        ))}
      </ul>
    )
  );
}
