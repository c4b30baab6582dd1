import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ALONE, api, type LoadProgress, type OfUpload } from '@/api/client';

const REFRESH_MS = 1500;
const LOOKED_MS = 600_000;

export const standingQuery = queryOptions({
  queryKey: ['intake.standing'],
  queryFn: ({ signal }) => api.intake.standing.query(undefined, { signal }),
});

export const waitingQuery = queryOptions({
  queryKey: ['intake.waiting'],
  queryFn: ({ signal }) => api.intake.waiting.query(undefined, { signal }),
});

/** A file's bytes never change: what was found with the same answers is found again. */
export const lookQuery = (answers: OfUpload) =>
  queryOptions({
    queryKey: ['intake.look', answers],
    queryFn: ({ signal }) => api.intake.look.query(answers, { signal, ...ALONE }),
    placeholderData: keepPreviousData,
    staleTime: LOOKED_MS,
    retry: false,
  });

export const progressQuery = (id: number) =>
  queryOptions({
    queryKey: ['intake.progress', { id }],
    queryFn: ({ signal }) => api.intake.progress.query({ id }, { signal }),
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? REFRESH_MS : false),
  });

export const isAsked = ({ status }: LoadProgress) =>
  status === 'queued' || status === 'loading' || status === 'loaded';

const isUnderWay = (progress: LoadProgress | undefined) =>
  progress !== undefined && isAsked(progress) && !progress.isDone;
