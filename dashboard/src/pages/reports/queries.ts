import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  ALONE,
  api,
  type GeneratedFilter,
  type GeneratedReport,
  type ReportTemplate,
} from '@/api/client';
import { KEEP } from '@/offline/seen';

const MOST = 1000;
const SOON_MS = 700;
const LATER_MS = 3_000;
const LATER_AFTER = 15;

export const templatesQuery = queryOptions({
  queryKey: ['reports.list', { limit: MOST }],
  queryFn: ({ signal }) => api.reports.list.query({ limit: MOST }, { signal }),
  meta: KEEP,
});

export const templateQuery = (id: number) =>
  queryOptions({
    queryKey: ['reports.get', { id }],
    queryFn: ({ signal }) => api.reports.get.query({ id }, { signal }),
    meta: KEEP,
  });

/** What the file of each format can be told; it changes with the release alone. */
export const outputsQuery = queryOptions({
  queryKey: ['reports.outputs'],
  queryFn: ({ signal }) => api.reports.outputs.query(undefined, { signal }),
  meta: KEEP,
});

export const explainQuery = ({ queryConfig, format }: ReportTemplate) =>
  queryOptions({
    queryKey: ['reports.explain', { queryConfig, format }],
    queryFn: ({ signal }) =>
      api.reports.explain.query({ queryConfig: { ...queryConfig }, format }, { signal, ...ALONE }),
  });

export const generatedQuery = (filter: GeneratedFilter) =>
  queryOptions({
    queryKey: ['reports.generated', filter],
    queryFn: ({ signal }) => api.reports.generated.query(filter, { signal }),
    placeholderData: keepPreviousData,
    meta: KEEP,
  });

const isUnderWay = ({ status }: Pick<GeneratedReport, 'status'>) =>
  status === 'pending' || status === 'generating';

/** Asked for again while it is being made: soon at first, then less often. */
export const reportQuery = (reportId: number) =>
  queryOptions({
    queryKey: ['reports.report', { reportId }],
    queryFn: ({ signal }): Promise<GeneratedReport> =>
      api.reports.report.query({ reportId }, { signal }),
    refetchInterval: ({ state }) =>
      state.data === undefined || !isUnderWay(state.data)
        ? false
        : state.dataUpdateCount < LATER_AFTER
          ? SOON_MS
          : LATER_MS,
  });

export const previewQuery = (reportId: number) =>
  queryOptions({
    queryKey: ['reports.preview', { reportId }],
    queryFn: ({ signal }) => api.reports.preview.query({ reportId }, { signal, ...ALONE }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 300_000,
  });

export const scheduleQuery = (schedule: string | null) =>
  queryOptions({
    queryKey: ['reports.scheduleWords', { schedule }],
    queryFn: ({ signal }) =>
      api.reports.scheduleWords.query({ schedule: schedule ?? '' }, { signal }),
    enabled: schedule !== null,
    retry: false,
  });
