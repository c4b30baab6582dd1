/**
 * What draws: a chunk of its own, which is asked for while the data is on its way. Charts of one page are drawn
 * one after another: a weak phone that draws four at once shows none, and answers to nothing, for a second.
 */
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';

export type Plots = typeof import('./plots');

const load = () => import('./plots');

/** Starts loading what draws; call it where the data of a chart is asked for. */
export const preloadCharts = () => void load().catch(() => undefined);

const waiting = new Set<(draw: () => Plots) => void>();
let isDrawing = false;

async function drawAll() {
  isDrawing = true;
  let draw: () => Plots;
  try {
    const plots = await load();
    draw = () => plots;
  } catch (error) {
    draw = () => {
      throw error;
    };
  }
  try {
    for (const begin of waiting) {
      waiting.delete(begin);
      flushSync(() => begin(draw));
      // Room for the browser to show it.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  } finally {
    isDrawing = false;
  }
}

/** null until it is loaded and this chart's turn; throws, for the page's own boundary, what loading it threw. */
export function usePlots(): Plots | null {
  const [draw, setDraw] = useState<(() => Plots) | null>(null);
  useEffect(() => {
    const begin = (given: () => Plots) => setDraw(() => given);
    waiting.add(begin);
    if (!isDrawing) void drawAll();
    return () => {
      waiting.delete(begin);
    };
  }, []);
  return draw?.() ?? null;
}
