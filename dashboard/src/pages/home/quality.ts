/** Datasets by how good their latest data is, the worst first. */
import type { DashboardStats } from '@/api/client';

const GOOD = 95;
const FAIR = 80;

export type Grade = 'good' | 'fair' | 'poor';

export const gradeOf = (score: number): Grade =>
  score >= GOOD ? 'good' : score >= FAIR ? 'fair' : 'poor';

export interface Score {
  name: string;
  /** DRM's, 0 to 100. */
  score: number;
  /** The share of its rows that could be used, 0 to 100. */
  usable: number;
}

/** Those that were never scored tell nothing. */
export function scoresOf({ byDataset, usableByDataset }: DashboardStats['quality']): Score[] {
  return Object.entries(byDataset)
    .flatMap(([name, score]) =>
      score === null ? [] : [{ name, score, usable: usableByDataset[name] ?? 100 }],
    )
    .sort((a, b) => a.score - b.score || a.usable - b.usable);
}
