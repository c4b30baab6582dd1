/** What a query gives that is not saved yet; it follows what is typed with a short delay. */

import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { QueryConfig } from '@/api/client';
import { type Issue, issuesOf } from '@/api/errors';
import { panelPreview } from './queries';

const DELAY_MS = 500;

/** The value as it was once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), DELAY_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

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
