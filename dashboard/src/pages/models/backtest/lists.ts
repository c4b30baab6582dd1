/** What a backtest tells at each stop of the slider; the lists are the server's, here one is picked. */
import type { BacktestContent, BacktestLine, BacktestList, Thing } from '@/api/client';
import type { BandPoint } from '@/charts/band';
import type { Formatters } from '@/i18n/format';
import { sayPeriod } from '@/i18n/period';
import type { BacktestWords } from './words';

/** The stop at which the slider stands first: of the budget that was asked for. */
export function firstStop({ lists, budget }: BacktestContent): number {
  const own = lists.findIndex((each) => each.budget === budget);
  return Math.max(own, 0);
}

/** The list at a stop; beyond the last it is the last. */
export const listAt = ({ lists }: BacktestContent, stop: number): BacktestList =>
  lists[Math.min(Math.max(stop, 0), lists.length - 1)] as BacktestList;

/** How often something is told, in words. */
export function sayOften(
  content: BacktestContent,
  list: BacktestList,
  t: BacktestWords,
  f: Formatters,
) {
  const { replayed, count } = content.deliveries;
  if (list.perWeek === null) return t.atSome(f.number(replayed), f.number(count), replayed);
  if (list.perWeek >= 1) return t.aWeek(f.number(list.perWeek));
  const weeks = Math.round(1 / list.perWeek);
  return t.oneIn(f.number(weeks), weeks);
}

export function saySentence(
  content: BacktestContent,
  list: BacktestList,
  t: BacktestWords,
  f: Formatters,
) {
  const say = (often: string | null) =>
    sayPeriod(content.windowStart, content.windowEnd, f, (from, to) =>
      often === null
        ? t.nothing(from, to)
        : t.sentence(from, to, f.number(list.count), list.count, often),
    );
  return say(list.count === 0 ? null : sayOften(content, list, t, f));
}

/** Why the list at a stop is empty; the slider is named only where one of its further stops tells something. */
export function sayEmpty({ lists }: BacktestContent, stop: number, t: BacktestWords): string {
  return lists.slice(stop + 1).some(({ count }) => count > 0) ? t.emptyList : t.emptyWhole;
}

/** Of which series the chart is: the chosen one, else the first that is told of and has a line. */
export function shownSeries(
  chosen: string | null,
  series: readonly string[],
  things: readonly Thing[],
): string | null {
  if (chosen !== null && series.includes(chosen)) return chosen;
  const told = things.find((each) => series.includes(each.series));
  return told?.series ?? series[0] ?? null;
}

/** The points of a line, those marked that are told of it. */
export function pointsOf(line: BacktestLine, name: string, things: readonly Thing[]): BandPoint[] {
  const told = things.filter((each) => each.series === name);
  return line.ds.map((ds, at) => ({
    ds,
    y: line.y[at] ?? null,
    yhat: line.yhat[at] ?? null,
    lo: line.lo[at] ?? null,
    hi: line.hi[at] ?? null,
    isFinding: told.some((each) => each.since <= ds && ds <= each.until && isStrange(line, at)),
  }));
}

/** Outside of what was expected; all of a stretch where nothing was expected. */
function isStrange({ y, lo, hi }: BacktestLine, at: number): boolean {
  const [value, low, high] = [y[at] ?? null, lo[at] ?? null, hi[at] ?? null];
  if (value === null) return false;
  if (low === null || high === null) return true;
  return value < low || value > high;
}

/** Numbers of a budget: as many digits as they need. */
export const sayBudget = (budget: number, f: Formatters): string =>
  budget >= 0.01 ? f.number(budget) : `< ${f.number(0.01)}`;
