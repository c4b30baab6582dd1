/** Notifications by what they are about: what waits for somebody stands before what is only to be known. */
import type { Notification } from '@/api/client';

export const GROUPS = ['recommendations', 'data', 'failures', 'reports', 'models'] as const;

export type Group = (typeof GROUPS)[number];

const OF: Record<Notification['kind'], Group> = {
  recommendation: 'recommendations',
  dataset: 'data',
  delivery: 'data',
  execution: 'failures',
  report: 'reports',
  restatement: 'reports',
  template: 'reports',
  model: 'models',
};

/** Each in the order in which they came; without groups that have none. */
export const byGroup = (items: readonly Notification[]): [Group, Notification[]][] =>
  GROUPS.map((group): [Group, Notification[]] => [
    group,
    items.filter(({ kind }) => OF[kind] === group),
  ]).filter(([, notes]) => notes.length > 0);
