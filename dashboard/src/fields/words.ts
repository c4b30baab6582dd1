import { defineWords } from '@/i18n/words';
import type { Range } from './fields';

export const words = defineWords('fields', {
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
});

export type FieldWords = (typeof words)['en'];
