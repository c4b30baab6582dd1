/** What a query gives that is not saved yet; it follows what is typed with a short delay. */

import { useQuery } from '@tanstack/react-query';
import type { QueryConfig } from '@/api/client';
import { type Issue, issuesOf } from '@/api/errors';
import { useSettled } from '@/ui/useSettled';
import { panelPreview } from './queries';

export const usePreview = (queryConfig: QueryConfig) =>
  useQuery(panelPreview(useSettled(queryConfig)));

/** What was refused of the query, by the path within it. */
export const issuesWithin = (issues: readonly Issue[]): Issue[] =>
  issues.map(({ path, message }) => ({
    message,
    path: path[0] === 'queryConfig' ? path.slice(1) : path,
  }));

/** A refusal of the query alone: the place in it, without the input's name for it. */
export const withoutInput = (message: string) => message.replace(/^queryConfig\.?\s?:?\s?/, '');

export const previewIssues = (query: ReturnType<typeof usePreview>) =>
  issuesWithin(issuesOf(query.error));
