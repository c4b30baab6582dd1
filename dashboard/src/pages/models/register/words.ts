import { defineWords } from '@/i18n/words';
import type { Range } from './params';

export const words = defineWords('models/register', {
  title: 'Register a model',
  titleFrom: (name: string) => `New version of ${name}`,
  lead: 'It is stored as a draft: it runs on request, and on every delivery once promoted.',
  ways: 'How to register',
  byForm: 'Form',
  byJson: 'Paste JSON',
  model: 'The model',
  name: 'Name',
  version: 'Version',
  versionHint: 'For example v1.0.0; a version that has been active never changes.',
  type: 'Type',
  description: 'Description',
  reads: 'Input',
  dataset: 'Dataset',
  chooseDataset: 'Choose a dataset',
  datasetNeeded: 'Choose the dataset that the model reads.',
  measures: 'Measures (the first is scored)',
  series: 'One series per',
  history: 'History before the window (periods)',
  historyHint: 'Empty: 400.',
  method: 'Detection method',
  runtime: 'Runtime',
  runtimeIs: (label: string, summary: string) => `${label}: ${summary}`,
  range: ({ least, most, isLeastIncluded, isMostIncluded }: Range) =>
    [
      least !== null && `${isLeastIncluded ? 'At least' : 'Above'} ${least}`,
      most !== null && `${isMostIncluded ? 'at most' : 'below'} ${most}`,
    ]
      .filter(Boolean)
      .join(', ')
      .concat('.'),
  emptyMeans: (value: string) => `Empty: ${value}.`,
  true: 'Yes',
  false: 'No',
  rareParams: 'Advanced parameters',
  moreParams: 'Other parameters (JSON)',
  moreParamsHint: 'Objects and lists, such as {"bounds": {"flights": {"floor": 0}}}. May be empty.',
  ruleHint: 'An object with rules: conditions over measures, aggregates and earlier periods.',
  useDefaults: 'Insert the default rules',
  runs: 'When it runs',
  runsOn: 'Trigger',
  onRequest: 'Only on request',
  onUpdate: 'On every delivery of its dataset, once promoted',
  threshold: 'Minimum data quality (0 to 100)',
  thresholdHint: 'Empty: any. Executions on data with a lower score are held.',
  advice: 'Recommendation',
  action: 'Recommended action',
  owner: 'Owner',
  schemas: 'Schemas',
  inputSchema: 'Input schema (JSON Schema of a row)',
  outputSchema: 'Output schema (JSON Schema of a row)',
  schemaHint: 'Generated from the dataset; edit it to be stricter.',
  pasted: 'The model as JSON',
  pastedHint:
    'As models.create takes it; the keys of a model file, such as input_schema, work too.',
  toForm: 'Open in the form',
  check: 'Check',
  valid: 'The model is valid and can be registered.',
  register: 'Register as a draft',
  registered: 'The version was registered as a draft.',
  refused: 'The model cannot be registered:',
  broken: 'This is not a JSON object.',
});

export type RegisterWords = (typeof words)['en'];
