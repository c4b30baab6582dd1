/** Pages, each in a chunk of its own; what is under one path prefix is one page module. */
import type { FetchQueryOptions } from '@tanstack/react-query';
import { type ComponentType, lazy } from 'react';

interface Loaded {
  default: ComponentType;
  /** What the page of an address shows before all else. */
  firstReads?: (path: string) => Read[];
}

// Of whichever answer.
// biome-ignore lint/suspicious/noExplicitAny: options of a query are invariant in what it answers
type Read = FetchQueryOptions<any, Error, any, any>;

export interface PageModule {
  /** For whoever knows that it will be shown. */
  load: () => Promise<Loaded>;
  /** The page itself once it is loaded, else what waits for it. */
  content: () => ComponentType;
}

function page(fetchModule: () => Promise<Loaded>): PageModule {
  let loaded: ComponentType | undefined;
  const load = async () => {
    const module = await fetchModule();
    loaded = module.default;
    return module;
  };
  const waiting = lazy(load);
  return { load, content: () => loaded ?? waiting };
}

/** By the first part of an address. */
const PAGES: Record<string, PageModule> = {
  '': page(() => import('@/pages/home')),
  recommendations: page(() => import('@/pages/recommendations')),
  dashboards: page(() => import('@/pages/dashboards')),
  reports: page(() => import('@/pages/reports')),
  models: page(() => import('@/pages/models')),
  executions: page(() => import('@/pages/executions')),
  datasets: page(() => import('@/pages/datasets')),
  notifications: page(() => import('@/pages/notifications')),
  add: page(() => import('@/pages/add')),
  users: page(() => import('@/pages/users')),
  audit: page(() => import('@/pages/audit')),
  settings: page(() => import('@/pages/settings')),
  more: page(() => import('@/pages/more')),
  'sign-in': page(() => import('@/pages/signin')),
};

export function pageAt(path: string): PageModule {
  const page = PAGES[path.split('/')[1] ?? ''];
  if (!page) throw new Error(`no page at ${path}`);
  return page;
}

/** Loads the page of an address; what fails will be said by the page itself. Returns what it reads first. */
export async function loadPage(path: string): Promise<Read[]> {
  try {
    return (await pageAt(path).load()).firstReads?.(path) ?? [];
  } catch {
    return [];
  }
}
