"""How strange a row is for its own series, and how seldom a row as strange would be there by chance.

Strangeness is a sum of logarithms: of the error beside what one error in a hundred was larger than, of the distance
beyond the range of all values before (twice), and of the distance from their mean. It grows without end, so nothing
ties. How seldom it is comes from the series' own past: by the largest tenth of it, whose excess falls off
exponentially, which for logarithms is a power of the distances themselves. The error alone is judged so as well, since
a row can be far from where its season puts it and nowhere strange; of the two the smaller chance counts, doubled.

A chance is never smaller than the size of the error allows: of a normal error for measures, and for counts the tail
of the negative binomial that their past gives. An error is measured by a tenth of the series' own spread at least: a
calm series' twitch is no event.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, erfc, ndtri

from iop_pipelines.analytics import robust
from iop_pipelines.analytics.autoregression import Expected

# An error is measured by a tenth of the series' own spread at least.
_FLOOR_OF_SPREAD = 0.1
# How much more a distance beyond all that was seen says than one from the mean.
_NOVELTY = 10.0
# Rows before a row that its strangeness is compared with.
_MEMORY = 2000
_TAIL_SHARE = 0.1
# The tail of a short past leans on that of well-behaved series, as if it had been seen in so many rows.
_TAIL_PRIOR, _TAIL_PRIOR_ROWS = 0.25, 30.0
_LONGEST_BLOCK = 300
_SHARE_OF_PAST = 3
# A count whose mean is larger has a distribution that is near enough to a continuous one.
_LARGEST_COUNT_MEAN = 30.0
_LARGEST_COUNT = 1e9
# Errors of so many sigmas are as strange as the arithmetic can tell: the past does not vary at all.
_NO_SPREAD = 1e9
# The last whose chance is a number of the machine's.
_LAST_NORMAL = 37.0
# A row within so many sigmas is in its range, whatever the range.
_LEAST_REACH = 3.29
# Smaller errors are all alike, in sigmas: a past that is mostly exact has no tail for that.
_LEAST_ERROR = 0.5
# What one normal error in a hundred is larger than, in sigmas.
_USUAL = 2.576


@dataclass(frozen=True, slots=True)
class Surprise:
    """(n, s) matrices; NaN where a row is unknown or has too little before it.

    Attributes:
        strangeness: larger is stranger, without end.
        p: the chance of a row as strange: the larger of that by the series' own past and that by the size of the error.
        reach: half width, in the unit of y, of the range that rows keep to.
    """

    strangeness: np.ndarray
    p: np.ndarray
    reach: np.ndarray


def judge(y: np.ndarray, expected: Expected) -> Surprise:
    """Strangeness of every row from the rows before it.

    Args:
        y: (n, s) float64, NaN for unknown; expected: what autoregression.expect gives for it.
    """
    y, yhat, sigma = y.T, expected.yhat.T, expected.sigma.T
    error = np.abs(y - yhat)
    past = _Past(y, expected)
    counts = _Counts(y, past.count)
    unit = np.maximum(sigma, _FLOOR_OF_SPREAD * past.wander)
    # Events come in wholes: their number varies by its own root at least, also where hardly any came yet.
    root = np.sqrt(np.where(counts.at, counts.average, 0.0) + 0.5)
    unit = np.where(counts.at, np.maximum(unit, root), unit)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where((unit == 0) & (error == 0), 0.0, error / unit)
        beyond = np.maximum(np.maximum(y - past.high, past.low - y), 0.0) / past.spread
        apart = np.abs(y - past.mean) / past.spread
    extra = 2.0 * np.log1p(_NOVELTY * _finite(beyond)) + np.log1p(_finite(apart))
    strange, by_error, by_all, usual = _calibrate(np.minimum(z, _NO_SPREAD), extra)
    by_all = np.maximum(by_all, _p_of_records(beyond, past))
    own = np.minimum(1.0, 2.0 * np.minimum(by_error, by_all))
    # A value off a past that never varied: nothing says how far it is, only how long nothing happened.
    own = np.where(np.isinf(z), 1.0 / (past.count + 1.0) ** 2, own)
    p = np.maximum(own, erfc(np.minimum(z, _LAST_NORMAL) / np.sqrt(2.0)))
    at = counts.at & np.isfinite(error)
    p[at] = np.maximum(p[at], counts.chance(y, yhat, at))
    p = np.where(np.isfinite(error), p, np.nan)
    least = _LEAST_REACH * unit
    # What was usual in units of a small spread says nothing in units of one that has grown since.
    largest = 2.0 * _running(np.maximum, np.where(np.isfinite(error), error, -np.inf))
    reach = np.minimum(usual * unit, np.where(np.isfinite(largest), largest, np.inf))
    return Surprise(strange.T, p.T, np.maximum(reach, least).T)


def _log(z: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(z, _LEAST_ERROR))


def _finite(x: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(x), x, 0.0)


class _Past:
    """Of the values before each row, (s, n): how many are known, their mean, standard deviation, smallest and largest,
    and `wander`, how far they lay from their level."""

    def __init__(self, y: np.ndarray, expected: Expected) -> None:
        known = np.isfinite(y)
        self.count = np.cumsum(known, axis=1) - known
        x = np.where(known, y, expected.seen.T)
        origin = _finite(x[:, :1])
        x = _finite(x - origin)
        mean = _mean_before(x)
        self.mean = mean + origin
        self.spread = _root(_mean_before(x * x), mean**2)
        off = _finite(x + origin - expected.level.T)
        self.wander = _root(_mean_before(off * off), 0.0)
        self.low = _running(np.minimum, np.where(known, x, np.inf)) + origin
        self.high = _running(np.maximum, np.where(known, x, -np.inf)) + origin


def _mean_before(x: np.ndarray) -> np.ndarray:
    mean = np.zeros_like(x)
    mean[:, 1:] = np.cumsum(x, axis=1)[:, :-1] / np.arange(1, x.shape[1])
    return mean


def _root(square: np.ndarray, of_mean: np.ndarray | float) -> np.ndarray:
    """Of a variance; rounding leaves a series that does not vary with one of the last digits."""
    variance = square - of_mean
    return np.sqrt(np.where(variance > 1e-12 * square, variance, 0.0))


def _running(which: np.ufunc, x: np.ndarray) -> np.ndarray:
    """The smallest or largest of the columns before; the first has none."""
    result = np.full_like(x, -which.reduce([np.inf, -np.inf]))
    result[:, 1:] = which.accumulate(x, axis=1)[:, :-1]
    return result


def _calibrate(z: np.ndarray, extra: np.ndarray) -> tuple[np.ndarray, ...]:
    """Strangeness, the chance of the error and of the strangeness by the series' own past, and the usual error in units
    of z: block by block, each compared with those that are over."""
    s, n = z.shape
    strange, by_error, by_all, usual = (np.full((s, n), np.nan) for _ in range(4))
    known = np.isfinite(z).any(axis=0)
    start = int(known.argmax()) if known.any() else n
    while start < n:
        end = min(n, start + max(1, min(start // _SHARE_OF_PAST, _LONGEST_BLOCK)))
        rows, before = slice(start, end), slice(max(0, start - _MEMORY), start)
        ordered, count = robust.sort_known(z[:, before])
        large = _usual(ordered, count)[:, None]
        size = np.log1p(z[:, rows] / large)
        strange[:, rows] = size + extra[:, rows]
        by_error[:, rows] = _tail(_log(z[:, rows]), ordered, count, _log)
        by_all[:, rows] = _tail(strange[:, rows], *robust.sort_known(strange[:, before]))
        usual[:, rows] = large
        start = end
    return strange, by_error, by_all, usual


def _usual(ordered: np.ndarray, count: np.ndarray) -> np.ndarray:
    """(s,): what one error in a hundred is larger than.

    In a short past by the third largest, so that two events in it are no measure, as far as a normal goes from there.
    """
    if not ordered.shape[1]:
        return np.full(len(ordered), _USUAL)
    share = np.clip(3.0 / np.maximum(count, 1), 0.01, 0.5)
    largest = (
        robust.quantile_sorted(ordered, count, 1.0 - share) * _USUAL / ndtri(1.0 - share / 2.0)
    )
    return np.where(count >= 6, np.maximum(largest, 1.0), _USUAL)


def _tail(
    x: np.ndarray,
    ordered: np.ndarray,
    count: np.ndarray,
    scale_of: Callable[[np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """(s, b): the chance of a value as large, by the sorted ones before; 1 below their largest tenth.

    scale_of: brings the ones before on the scale of x.
    """
    s, width = ordered.shape
    if not width:
        return np.ones_like(x)
    beyond = np.maximum((_TAIL_SHARE * count).astype(int), 1)
    last_below = count - beyond - 1
    # Only the columns that hold the largest tenth of the emptiest row, and the one below it.
    first = max(0, int(last_below.min()))
    top = ordered[:, first:] if scale_of is None else scale_of(ordered[:, first:])
    base = top[np.arange(s), np.maximum(last_below - first, 0)]
    base = np.where(last_below >= 0, base, np.inf)[:, None]
    column = np.arange(first, width)[None, :]
    in_tail = (column > last_below[:, None]) & (column < count[:, None])
    excess = np.where(in_tail, top - base, 0.0).sum(axis=1)
    scale = (_finite(excess) + _TAIL_PRIOR * _TAIL_PRIOR_ROWS) / (beyond + _TAIL_PRIOR_ROWS)
    share = (beyond + 1.0) / (count + 1.0)
    over = np.maximum(x - base, 0.0) / scale[:, None]
    return np.where(over > 0, share[:, None] * np.exp(-over), 1.0)


def _p_of_records(beyond: np.ndarray, past: _Past) -> np.ndarray:
    """(s, n): the chance of a value so far beyond all before, 0 for one within: of n + 1 values alike in kind the last
    is the largest or smallest with a chance of 2 in n + 1, and how far it lies falls off by the third power."""
    with np.errstate(divide="ignore", invalid="ignore"):
        half = np.maximum(past.high - past.mean, past.mean - past.low) / past.spread
        chance = 2.0 / (past.count + 1.0) * (1.0 + beyond / half) ** -3.0
    return np.where(_finite(beyond) > 0, _finite(chance), 0.0)


class _Counts:
    """Where all values before a row are small counts, (s, n) bool, and their mean and variance."""

    def __init__(self, y: np.ndarray, before: np.ndarray) -> None:
        known = np.isfinite(y)
        is_count = ~known | ((y == np.floor(y)) & (y >= 0) & (y <= _LARGEST_COUNT))
        value = np.where(known & is_count, y, 0.0)
        self.n = np.maximum(before, 1)
        self.average = (np.cumsum(value, axis=1) - value) / self.n
        squares = (np.cumsum(value * value, axis=1) - value * value) / self.n
        spread = np.maximum(squares - self.average**2, 0.0)
        self.variance = spread * self.n / np.maximum(self.n - 1, 1)
        so_far = np.logical_and.accumulate(is_count, axis=1)
        self.at = so_far & (self.average <= _LARGEST_COUNT_MEAN)

    def chance(self, y: np.ndarray, yhat: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Two-sided, of the rows of `at` one after the other."""
        parts = (part[at] for part in (y, yhat, self.average, self.variance, self.n))
        return _negative_binomial(*parts)


def _negative_binomial(
    k: np.ndarray, yhat: np.ndarray, average: np.ndarray, variance: np.ndarray, n: np.ndarray
) -> np.ndarray:
    """Twice the smaller tail, at most 1; arrays of one length.

    The mean is the expectation or the average, whichever makes k less strange, and half an event richer than seen:
    what never happened yet may. A Poisson whose mean is known as well as n rows tell is a negative binomial too.
    """
    expected = np.maximum(yhat, 0.0)
    mean = np.where(k > expected, np.maximum(expected, average), np.minimum(expected, average))
    mean = (mean * n + 0.5) / (n + 1.0)
    over = np.maximum(variance - average, 0.0) / np.maximum(average, 1e-12) ** 2
    size = 1.0 / np.maximum(np.where(average > 0, over, 0.0), 1.0 / (mean * n + 0.5))
    share = size / (size + mean)
    below = betainc(size, k + 1.0, share)
    above = np.where(k > 0, betainc(np.maximum(k, 1.0), size, 1.0 - share), 1.0)
    return np.minimum(1.0, 2.0 * np.minimum(below, above))
