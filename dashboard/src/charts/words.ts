import { plural } from '@/i18n/plural';
import { defineWords } from '@/i18n/words';

export const words = defineWords('charts', {
  asTable: 'Show as table',
  asChart: 'Show as chart',
  chartOf: (title: string) => `${title}, chart`,
  tableOf: (title: string) => `${title}, table`,
  keys: 'Use the arrow keys to read the values, and Enter to drill down.',
  keysOnly: 'Use the arrow keys to read the values.',
  kind: 'interactive chart',
  noMark: 'no value selected',
  open: 'Drill down',
  openRow: (name: string) => `Drill down: ${name}`,
  keysZoom: 'Shift and the arrow keys mark a period, and Enter shows it alone.',
  alone: 'Only this',
  aloneOf: (name: string) => `Show only ${name}, or all again`,
  findSeries: 'Find a series',
  reduced: (shown: string, total: string) => `${shown} of ${total} points shown`,
  truncated: (shown: string, total: string | null) =>
    total === null
      ? `Only the first ${shown} rows are shown`
      : `Only the first ${shown} of ${total} rows are shown`,
  rest: (n: number) => `${n} ${plural('en', n, 'other', 'others')}`,
  nothing: 'No data',
  nothingText: 'No data matches this query.',
  notDrawn: 'These values cannot be plotted; see the table.',
  more: (n: string) => `Show ${n} more`,
  unknown: '–',
  yes: 'Yes',
  no: 'No',
  actual: 'Actual',
  expected: 'Expected',
  band: 'Expected range',
  forecast: 'Forecast',
  interval: 'Forecast interval',
  finding: 'Finding',
  time: 'Period',
  lo: 'Lower bound',
  hi: 'Upper bound',
  bandOf: (lo: string, hi: string) => `expected ${lo} to ${hi}`,
  forecastOf: (value: string) => `forecast ${value}`,
  findingAt: 'finding',
});
