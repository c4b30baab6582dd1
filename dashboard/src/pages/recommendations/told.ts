/** What the list and the detail say of a recommendation alike, and which of the two is to be believed. */
import type { ListedRecommendation, Recommendation } from '@/api/client';

export type Told = Omit<Recommendation, 'metadata'>;

/** metadata: null also where the evidence was never read. */
export type Shown = Told & Pick<Recommendation, 'metadata'>;

/** What was read by itself has the evidence; a list that was read since knows better how things stand. */
export function shownOf(
  read: Recommendation | undefined,
  listed: ListedRecommendation | null,
): Shown | undefined {
  if (!read) return listed ? { ...listed, metadata: null } : undefined;
  return listed && isLater(listed, read) ? { ...listed, metadata: read.metadata } : read;
}

export const isLater = (one: Pick<Told, 'updatedAt'>, other: Pick<Told, 'updatedAt'>) =>
  new Date(one.updatedAt) > new Date(other.updatedAt);
