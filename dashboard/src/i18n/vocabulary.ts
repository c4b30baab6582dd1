/** The platform's own words, by the vocabulary that the server names with a column, and wherever a page says them. */
import { defineWords } from './words';

export const vocabulary = defineWords(
  {
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
  },
  {
    severity: { critical: 'Critique', warning: 'Alerte', info: 'Info' },
    category: {
      anomaly: 'Anomalie',
      trend: 'Tendance',
      optimisation: 'Optimisation',
      forecast: 'Prévision',
    },
    review_status: { open: 'Ouverte', accepted: 'Acceptée', dismissed: 'Écartée' },
    model_type: {
      rule_based: 'Règles',
      statistical: 'Statistique',
      ml: 'Apprentissage automatique',
    },
    execution_status: {
      running: 'En cours',
      success: 'Réussie',
      failed: 'En échec',
      superseded: 'Remplacée',
    },
    execution_phase: {
      held: 'Retenue (qualité des données)',
      queued: 'En attente',
      claimed: 'Attribuée à un agent de calcul',
      started: 'Calcul en cours',
      done: 'Terminée',
    },
    report_format: { json: 'JSON', csv: 'CSV', pdf: 'PDF' },
    report_status: {
      pending: 'En attente',
      generating: 'En préparation',
      ready: 'Prêt',
      failed: 'En échec',
    },
    pipeline_status: { running: 'En cours', success: 'Livré', failed: 'En échec' },
  },
);

/** A later release may have more words, and vocabularies, than this one knows; they are shown as they are. */
export const wordOf = (text: string, known: Record<string, string> | undefined): string =>
  known && Object.hasOwn(known, text) ? (known[text] ?? text) : text;
