/** What a config says of the whole page: language and locale, and its layout. Each change leaves the rest as it is. */
import type { Chart, QueryConfig } from '@/api/client';
import { defined } from './defined';

export type Item = NonNullable<QueryConfig['layout']>[number];
export type ItemType = Item['type'];

export const LOCALES = [
  'en-US',
  'en-GB',
  'en-GH',
  'en-KE',
  'en-NG',
  'fr-FR',
  'fr-CI',
  'fr-CM',
  'fr-SN',
  'de-DE',
  'es-ES',
  'it-IT',
  'nl-NL',
  'pt-BR',
  'pt-PT',
] as const satisfies readonly QueryConfig['locale'][];

export const ITEM_TYPES = [
  'summary',
  'figures',
  'text',
  'chart',
  'table',
  'recommendations',
  'page_break',
] as const satisfies readonly ItemType[];

export const withPage = (
  config: QueryConfig,
  change: { [K in keyof QueryConfig]?: QueryConfig[K] | undefined },
) => defined({ ...config, ...change }) as QueryConfig;

export const withLayout = (config: QueryConfig, layout: readonly Item[]): QueryConfig =>
  withPage(config, { layout: layout.length > 0 ? [...layout] : undefined });

/** A section of that type, of the first table or chart that there is. */
export function itemOf(type: ItemType, config: QueryConfig, data?: string): Item {
  const table = data ?? Object.keys(config.datasets)[0] ?? '';
  if (type === 'page_break') return { type };
  if (type === 'chart') return { type, chart: 1 };
  if (type === 'text') return { type, text: '…' };
  return { type, data: table };
}

export const moved = <T>(rows: readonly T[], at: number, by: -1 | 1): readonly T[] => {
  const next = [...rows];
  const [row] = next.splice(at, 1);
  if (row !== undefined) next.splice(at + by, 0, row);
  return next;
};

/** Without what names a table that is gone. */
export const layoutWithout = (config: QueryConfig, name: string): QueryConfig =>
  config.layout
    ? withLayout(
        config,
        config.layout
          .filter((item) => !('data' in item) || item.data !== name)
          .map((item) =>
            item.type === 'summary' && item.worst === name
              ? { type: item.type, data: item.data }
              : item,
          ),
      )
    : config;

/** The layout's charts by their new places; `places` has the new one of each, null for what is gone. */
export const layoutOfCharts = (
  config: QueryConfig,
  places: readonly (number | null)[],
): QueryConfig =>
  config.layout
    ? withLayout(
        config,
        config.layout.flatMap((item): Item[] => {
          if (item.type !== 'chart') return [item];
          const place = places[item.chart - 1];
          return place === null || place === undefined ? [] : [{ ...item, chart: place + 1 }];
        }),
      )
    : config;

/** Where each former chart stands now: the first so many of a table's are those that it has still. */
export function placesOf(
  former: readonly Chart[],
  name: string,
  charts: readonly Chart[],
): (number | null)[] {
  const same = charts.filter((chart) => former.includes(chart)).length;
  const own = former.filter(({ data }) => data === name);
  const isRemoved = charts.length < own.length && same === charts.length;
  let place = 0;
  let at = 0;
  return former.map((chart) => {
    if (chart.data !== name) return place++;
    const isKept = isRemoved ? charts.includes(chart) : at < charts.length;
    at += 1;
    return isKept ? place++ : null;
  });
}
