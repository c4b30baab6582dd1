/** Pages, each in a chunk of its own; what is under one path prefix is one page module. */
import type { FetchQueryOptions } from '@tanstack/react-query';
import { type ComponentType, lazy } from 'react';
import type { words } from './words';

export interface Place {
  path: string;
  word: keyof (typeof words)['en'];
  icon: string;
  page: PageModule;
  /** For people who may change things; others do not see it, and the server refuses them. */
  isAdmin?: boolean;
  /** In the bar at the bottom of a phone; the others are under "more". */
  isMain?: boolean;
}

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

export const PLACES: readonly Place[] = [
  { path: '/', word: 'home', icon: 'home', isMain: true, page: page(() => import('@/pages/home')) },
  {
    path: '/recommendations',
    word: 'recommendations',
    icon: 'inbox',
    isMain: true,
    page: page(() => import('@/pages/recommendations')),
  },
  {
    path: '/dashboards',
    word: 'dashboards',
    icon: 'chart',
    isMain: true,
    page: page(() => import('@/pages/dashboards')),
  },
  {
    path: '/reports',
    word: 'reports',
    icon: 'page',
    isMain: true,
    page: page(() => import('@/pages/reports')),
  },
  { path: '/models', word: 'models', icon: 'model', page: page(() => import('@/pages/models')) },
  {
    path: '/executions',
    word: 'executions',
    icon: 'run',
    page: page(() => import('@/pages/executions')),
  },
  {
    path: '/datasets',
    word: 'datasets',
    icon: 'data',
    page: page(() => import('@/pages/datasets')),
  },
  {
    path: '/notifications',
    word: 'notifications',
    icon: 'bell',
    page: page(() => import('@/pages/notifications')),
  },
  {
    path: '/users',
    word: 'users',
    icon: 'people',
    isAdmin: true,
    page: page(() => import('@/pages/users')),
  },
  {
    path: '/audit',
    word: 'audit',
    icon: 'trail',
    isAdmin: true,
    page: page(() => import('@/pages/audit')),
  },
  {
    path: '/settings',
    word: 'settings',
    icon: 'gear',
    page: page(() => import('@/pages/settings')),
  },
];

export const SignIn = page(() => import('@/pages/signin'));
export const More = page(() => import('@/pages/more'));

/** Loads the page of an address; what fails will be said by the page itself. Returns what it reads first. */
export async function loadPage(path: string): Promise<Read[]> {
  const place = PLACES.find((each) => each.path === `/${path.split('/')[1]}`);
  try {
    return (await place?.page.load())?.firstReads?.(path) ?? [];
  } catch {
    return [];
  }
}
