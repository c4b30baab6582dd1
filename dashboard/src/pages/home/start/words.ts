import { defineWords } from '@/i18n/words';

export const startWords = defineWords('home/start', {
  lead: 'There is no data here yet. Three steps lead from a file to advice.',
  steps: 'Three steps',
  add: 'Add data',
  addText:
    'A table with a column that says when, and one with numbers: CSV, Excel, Parquet or JSON.',
  addButton: 'Add data',
  look: 'Look at what was understood',
  lookText:
    'Time, step, series and measures, and the rows that cannot be read. Each of them can be changed.',
  advice: 'Get advice',
  adviceText:
    'Models score the history. What stands out comes to the inbox as recommendations, with its evidence.',
  whoMay: (names: string) => `An administrator can do that: ${names}.`,
  noAdmins: 'There is no administrator yet; “iop user add” makes one.',
  elsewhere: (why: string) => `No file can be added here: ${why}`,
  platform:
    'A DRM platform delivers by itself, once its tables are shared and its datasets are declared.',
});
