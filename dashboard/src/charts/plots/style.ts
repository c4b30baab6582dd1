/** Axes look the same in every chart. */
export const TICK = {
  tick: { fill: 'var(--ink-2)', fontSize: 12 },
  tickLine: false,
  axisLine: { stroke: 'var(--line)' },
} as const;
