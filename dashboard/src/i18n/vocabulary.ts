/** The platform's own words, by the vocabulary that the server names with a column, and wherever a page says them. */
import { defineWords } from './words';

export const vocabulary = defineWords('vocabulary', {
  severity: { critical: 'Critical', warning: 'Warning', info: 'Info' },
  category: {
    anomaly: 'Anomaly',
    trend: 'Trend',
    optimisation: 'Optimisation',
    forecast: 'Forecast',
  },
  review_status: { open: 'Open', accepted: 'Accepted', dismissed: 'Dismissed' },
  model_type: { rule_based: 'Rules', statistical: 'Statistical', ml: 'Machine learning' },
  execution_status: {
    running: 'Running',
    success: 'Succeeded',
    failed: 'Failed',
    superseded: 'Superseded',
  },
  execution_phase: {
    held: 'On hold (data quality)',
    queued: 'Queued',
    claimed: 'Assigned to a worker',
    started: 'Computing',
    done: 'Done',
  },
  report_format: { json: 'JSON', csv: 'CSV', pdf: 'PDF' },
  report_status: {
    pending: 'Requested',
    generating: 'Generating',
    ready: 'Ready',
    failed: 'Failed',
  },
  pipeline_status: { running: 'Running', success: 'Delivered', failed: 'Failed' },
});

/** A later release may have more words, and vocabularies, than this one knows; they are shown as they are. */
export const wordOf = (text: string, known: Record<string, string> | undefined): string =>
  known && Object.hasOwn(known, text) ? (known[text] ?? text) : text;
