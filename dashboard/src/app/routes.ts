/** Pages, each in a chunk of its own; what is under one path prefix is one page module. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { words } from './words';

export const SignIn = lazy(() => import('@/pages/signin'));

export interface Place {
  path: string;
  word: keyof (typeof words)['en'];
  icon: string;
  page: LazyExoticComponent<ComponentType>;
  /** For people who may change things; others do not see it, and the server refuses them. */
  isAdmin?: boolean;
  /** In the bar at the bottom of a phone; the others are under "more". */
  isMain?: boolean;
}

const page = (load: () => Promise<{ default: ComponentType }>) => lazy(load);

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

export const More = page(() => import('@/pages/more'));
