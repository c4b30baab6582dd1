import type { Column } from './kinds';

/** Whether a change is good news, where its measure says which way is; as the pages of reports have it. */
export function verdictOf({ name, favourable }: Column, value: unknown) {
  if (!name.endsWith('_change') || !favourable || typeof value !== 'number' || value === 0) {
    return null;
  }
  return value > 0 === (favourable === 'up') ? 'better' : 'worse';
}
