/** One panel: its data in its form, how current it is, and what can be done with it. */
import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, useCallback, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Panel, PanelData } from '@/api/client';
import type { Days, SeriesName, View } from '@/charts';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Failed, Skeleton } from '@/ui/States';
import { say } from '@/ui/toasts';
import css from '../dashboards.module.css';
import { searchOfWay, stepOfPanel, TOP } from '../drill/path';
import { download, exportOf } from '../exporting';
import { panelData } from '../queries';
import { askedOf, type Scope, searchOf } from '../scope';
import { words } from '../words';
import { Ended } from './Ended';
import { Freshness } from './Freshness';
import { Notes } from './Notes';
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
  const { language } = useFormat();
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
            onClick={() =>
              download(exportOf({ of: 'panel', panelId: panel.id, ...askedOf(scope) }, language))
            }
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
