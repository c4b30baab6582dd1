/**
 * What a person is likely to want without a network, fetched while nothing else is to be done: what waits in the inbox
 * with its evidence, report templates, the dashboards that were used last and the first level behind their figures. It
 * is kept where all is kept that was seen, and goes with it.
 */
import type { FetchQueryOptions, QueryClient, QueryKey } from '@tanstack/react-query';
import { api, type Dashboard } from '@/api/client';
import { isUnder } from '@/offline/budget';
import { askedSince, keepChanges } from '@/offline/kept';
import { stepOfPanel } from '@/pages/dashboards/drill/path';
import { dashboardList, dashboardOf, panelDrill, panelRead } from '@/pages/dashboards/queries';
import { templatesQuery } from '@/pages/reports/queries';
import { isAsRestored } from './memory';

const DASHBOARDS = 2;
// Of a dashboard; each may be a heavy read, and one more for each of its rows.
const PANELS = 8;
// Of a panel's rows those whose next level is fetched.
const ROWS = 3;
const FRESH_MS = 3_600_000;

/** isEnded: whoever it is for is no longer signed in, and nothing more is kept. */
export async function fetchAhead(queries: QueryClient, isEnded: () => boolean) {
  try {
    await keepInbox(queries, isEnded);
    if (isOld(queries, templatesQuery)) await queries.prefetchQuery(templatesQuery);
    if (isOld(queries, dashboardList)) await queries.prefetchInfiniteQuery(dashboardList);
    await inOneTab(async () => {
      for (const id of lastDashboards(queries)) {
        if (isEnded() || !isUnder()) return;
        await keepDashboard(queries, id, isEnded);
      }
    });
  } catch {
    // What could not be fetched ahead is fetched when somebody wants it.
  }
}

/** Whether it is worth asking for again before anybody looks at it: for its age, or because of a change that was made. */
export function isOld(queries: QueryClient, { queryKey }: { queryKey: QueryKey }): boolean {
  const query = queries.getQueryCache().find({ queryKey });
  if (query?.state.data === undefined) return true;
  const isChanged = query.state.isInvalidated && !isAsRestored(query);
  return isChanged || Date.now() - query.state.dataUpdatedAt > FRESH_MS;
}

/** What is kept, and what is asked for where that is old. */
async function youngOf<T, K extends QueryKey>(
  queries: QueryClient,
  options: FetchQueryOptions<T, Error, T, K> & { queryKey: K },
): Promise<T> {
  const kept = isOld(queries, options) ? undefined : queries.getQueryData<T>(options.queryKey);
  return kept ?? queries.fetchQuery(options);
}

/** One call: all that waits, or what of it has changed since the last. */
async function keepInbox(queries: QueryClient, isEnded: () => boolean) {
  let since = askedSince(queries);
  let found = await api.recommendations.changes.query({ since });
  if (since !== null && !found.isWhole) {
    since = null;
    found = await api.recommendations.changes.query({ since });
  }
  if (!isEnded()) keepChanges(queries, found, since);
}

/** Not while another tab does; a site that is not served securely does not know of the others. */
async function inOneTab(run: () => Promise<void>) {
  const locks: LockManager | undefined = navigator.locks;
  if (!locks) return run();
  await locks.request('iop.ahead', { ifAvailable: true }, async (lock) => {
    if (lock) await run();
  });
}

/** Those that were opened last, else the one whose figures Home shows. */
function lastDashboards(queries: QueryClient): number[] {
  const opened = queries
    .getQueryCache()
    .findAll({ queryKey: ['dashboards.get'] })
    .sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)
    .flatMap(({ state }) => (state.data ? [(state.data as Dashboard).id] : []));
  const figures = queries.getQueryData<{ dashboardId: number | null }>(['home.figures']);
  const all = [...opened, ...(figures?.dashboardId ? [figures.dashboardId] : [])];
  return [...new Set(all)].slice(0, DASHBOARDS);
}

async function keepDashboard(queries: QueryClient, id: number, isEnded: () => boolean) {
  const dashboard = await youngOf(queries, dashboardOf(id));
  for (const panel of dashboard.panels.slice(0, PANELS)) {
    if (isEnded() || !isUnder()) return;
    const data = await youngOf(queries, panelRead({ panelId: panel.id }));
    for (const row of data.rows.slice(0, ROWS)) {
      const step = stepOfPanel(panel.queryConfig, data.columns, row);
      if (!step || Object.keys(step).length === 0) continue;
      const drill = panelDrill({ panelId: panel.id, path: [step] });
      if (isOld(queries, drill)) await queries.prefetchInfiniteQuery(drill);
    }
  }
}
