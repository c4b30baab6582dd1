/** Where the ways of the app lead, as its bars show them; `routes.ts` has the pages. */
import type { words } from './words';

export interface Place {
  path: string;
  word: keyof (typeof words)['en'];
  icon: string;
  /** For people who may change things; others do not see it, and the server refuses them. */
  isAdmin?: boolean;
  /** In the bar at the bottom of a phone; the others are under "more". */
  isMain?: boolean;
}

export const PLACES: readonly Place[] = [
  { path: '/', word: 'home', icon: 'home', isMain: true },
  { path: '/recommendations', word: 'recommendations', icon: 'inbox', isMain: true },
  { path: '/dashboards', word: 'dashboards', icon: 'chart', isMain: true },
  { path: '/reports', word: 'reports', icon: 'page', isMain: true },
  { path: '/models', word: 'models', icon: 'model' },
  { path: '/executions', word: 'executions', icon: 'run' },
  { path: '/datasets', word: 'datasets', icon: 'data' },
  { path: '/notifications', word: 'notifications', icon: 'bell' },
  { path: '/users', word: 'users', icon: 'people', isAdmin: true },
  { path: '/audit', word: 'audit', icon: 'trail', isAdmin: true },
  { path: '/settings', word: 'settings', icon: 'gear' },
];
