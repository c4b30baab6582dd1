/** Which way a figure went, and whether that is good news; a measure that names no better side tells neither. */
import type { HomeFigure } from '@/api/client';

export interface Turn {
  way: 'up' | 'down' | 'same';
  news: 'good' | 'bad' | 'neither';
}

// Less than what is shown of it.
const STILL = 0.05;

export function turnOf(change: number, favourable: HomeFigure['column']['favourable']): Turn {
  if (Math.abs(change) < STILL) return { way: 'same', news: 'neither' };
  const way = change > 0 ? 'up' : 'down';
  if (favourable !== 'up' && favourable !== 'down') return { way, news: 'neither' };
  return { way, news: way === favourable ? 'good' : 'bad' };
}
