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

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, erfc, ndtri

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
# Numbers that are ordered at once: what a processor has at hand.
_CELLS_AT_ONCE = 200_000
# Errors that tell what is usual; and of a short past so many of the largest are kept.
_LEAST_USUAL = 6
_LEAST_TOP = 8
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
        unit: what an error is measured by: sigma, but a tenth of the series' own spread and the root of a count at
            least.
    """

    strangeness: np.ndarray
    p: np.ndarray
    reach: np.ndarray
    unit: np.ndarray


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
    # Hardly any row is beyond the past, and most are so ordinary that nothing more need be known of them: what is dear
    # is worked out where it counts.
    is_beyond = np.isfinite(beyond) & (beyond > 0)
    extra = np.log1p(_finite(apart))
    extra[is_beyond] += 2.0 * np.log1p(_NOVELTY * beyond[is_beyond])
    strange, by_error, by_all, usual = _calibrate(np.minimum(z, _NO_SPREAD), extra, _begin(sigma))
    by_all[is_beyond] = np.maximum(by_all[is_beyond], _p_of_records(beyond, past, is_beyond))
    own = np.minimum(1.0, 2.0 * np.minimum(by_error, by_all))
    # A value off a past that never varied: nothing says how far it is, only how long nothing happened.
    own = np.where(np.isinf(z), 1.0 / (past.count + 1.0) ** 2, own)
    p = own
    is_seldom = own < 1.0
    of_size = erfc(np.minimum(z[is_seldom], _LAST_NORMAL) / np.sqrt(2.0))
    p[is_seldom] = np.maximum(own[is_seldom], of_size)
    # What chance gives always it cannot give oftener.
    at = counts.at & np.isfinite(error) & (p < 1.0)
    p[at] = np.maximum(p[at], counts.chance(y, yhat, at))
    p = np.where(np.isfinite(error), p, np.nan)
    least = _LEAST_REACH * unit
    # What was usual in units of a small spread says nothing in units of one that has grown since.
    largest = 2.0 * _running(np.maximum, np.where(np.isfinite(error), error, -np.inf))
    reach = np.minimum(usual * unit, np.where(np.isfinite(largest), largest, np.inf))
    return Surprise(strange.T, p.T, np.maximum(reach, least).T, unit.T)


def _begin(sigma: np.ndarray) -> int:
    """The first row that is expected, known or not."""
    is_expected = np.isfinite(sigma).any(axis=0)
    return int(is_expected.argmax()) if is_expected.any() else sigma.shape[1]


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


def _calibrate(z: np.ndarray, extra: np.ndarray, begin: int) -> tuple[np.ndarray, ...]:
    """Strangeness, the chance of the error and of the strangeness by the series' own past, and the usual error in units
    of z: block by block, each compared with those that are over. begin: the row where the first begins, the same for
    a series beside others and alone."""
    blocks = _Blocks(begin, z.shape[1])
    of_errors = _Tops(z, blocks)
    usual = blocks.at_rows(of_errors.usual())
    with np.errstate(invalid="ignore"):
        strange = np.log1p(z / usual) + extra
    by_error = of_errors.tails(_log).chance(_log(z), blocks)
    by_all = _Tops(strange, blocks).tails().chance(strange, blocks)
    return strange, by_error, by_all, usual


class _Blocks:
    """Rows that are compared with the same rows before them; the first begins where the errors do."""

    def __init__(self, begin: int, n: int) -> None:
        starts, start = [], begin
        while start < n:
            starts.append(start)
            start += max(1, min(start // _SHARE_OF_PAST, _LONGEST_BLOCK))
        self.starts = np.array(starts, dtype=int)
        self.begin = begin
        self.lengths = np.diff(np.append(self.starts, n))

    def together(self, cells: int) -> Iterator[tuple[int, int]]:
        """[first, last) of blocks that are compared with so many rows together, or of one."""
        first = 0
        while first < len(self.starts):
            last = first + 1
            while last < len(self.starts):
                width = min(_MEMORY, int(self.starts[last]))
                if (last + 1 - first) * width > cells:
                    break
                last += 1
            yield first, last
            first = last

    def at_rows(self, of_blocks: np.ndarray) -> np.ndarray:
        """(s, blocks) -> (s, n), NaN before the first."""
        rows = np.repeat(of_blocks, self.lengths, axis=1)
        return np.hstack([np.full((len(rows), self.begin), np.nan), rows])


class _Tops:
    """The largest of the rows that each block is compared with.

    Attributes:
        top: (s, blocks, k), sorted, -inf in front where fewer than k are known; the largest tenth and the one below
            it are always among them.
        count: (s, blocks), how many are known.
    """

    def __init__(self, x: np.ndarray, blocks: _Blocks) -> None:
        s = len(x)
        longest = min(_MEMORY, int(blocks.starts[-1])) if len(blocks.starts) else 0
        self.k = min(longest, max(int(_TAIL_SHARE * longest) + 1, _LEAST_TOP))
        self.top = np.full((s, len(blocks.starts), self.k), -np.inf)
        is_known = np.isfinite(x)
        so_far = np.zeros((s, x.shape[1] + 1), dtype=int)
        np.cumsum(is_known, axis=1, out=so_far[:, 1:])
        self.count = so_far[:, blocks.starts] - so_far[:, np.maximum(blocks.starts - _MEMORY, 0)]
        padded = np.full((s, longest + x.shape[1]), -np.inf)
        padded[:, longest:] = np.where(is_known, x, -np.inf)
        for first, last in blocks.together(_CELLS_AT_ONCE // max(s, 1)) if self.k else ():
            starts = blocks.starts[first:last]
            width = max(1, min(longest, int(starts[-1])))
            windows = np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)
            before = windows[:, starts + longest - width]
            # To part the largest from the rest is slower than to sort where many are alike.
            before.sort(axis=2)
            kept = min(width, self.k)
            self.top[:, first:last, self.k - kept :] = before[:, :, width - kept :]

    def usual(self) -> np.ndarray:
        """(s, blocks): what one error in a hundred is larger than.

        In a short past by the third largest, so that two events in it are no measure, as far as a normal goes from
        there.
        """
        if not self.k:
            return np.full(self.count.shape, _USUAL)
        share = np.clip(3.0 / np.maximum(self.count, 1), 0.01, 0.5)
        place = (1.0 - share) * np.maximum(self.count - 1, 0)
        low = place.astype(int)
        high = np.minimum(low + 1, np.maximum(self.count - 1, 0))
        below, above = self._ranked(low), self._ranked(high)
        with np.errstate(invalid="ignore"):
            largest = (below + (place - low) * (above - below)) * _USUAL / ndtri(1.0 - share / 2.0)
        return np.where(self.count >= _LEAST_USUAL, np.maximum(largest, 1.0), _USUAL)

    def _ranked(self, rank: np.ndarray) -> np.ndarray:
        """(s, blocks): the one of a rank among the known, 0 for the smallest; -inf for those that are not kept."""
        at = np.clip(self.k - self.count + rank, 0, self.k - 1)
        return np.take_along_axis(self.top, at[:, :, None], axis=2)[:, :, 0]

    def tails(self, scale_of: Callable[[np.ndarray], np.ndarray] | None = None) -> "_Tails":
        """scale_of: brings what is kept on the scale of what is to be judged."""
        beyond = np.maximum((_TAIL_SHARE * self.count).astype(int), 1)
        share = (beyond + 1.0) / (self.count + 1.0)
        if not self.k:
            return _Tails(np.full(share.shape, np.inf), np.ones(share.shape), share)
        top = self.top if scale_of is None else scale_of(self.top)
        at = np.maximum(self.k - 1 - beyond, 0)
        base = np.take_along_axis(top, at[:, :, None], axis=2)[:, :, 0]
        base = np.where(self.count > beyond, base, np.inf)
        in_tail = np.arange(self.k) >= (self.k - beyond)[:, :, None]
        with np.errstate(invalid="ignore"):
            excess = np.where(in_tail, top - base[:, :, None], 0.0).sum(axis=2)
        scale = (_finite(excess) + _TAIL_PRIOR * _TAIL_PRIOR_ROWS) / (beyond + _TAIL_PRIOR_ROWS)
        return _Tails(base, scale, share)


@dataclass(frozen=True, slots=True)
class _Tails:
    """Of each block, (s, blocks): where the largest tenth of the rows before begins, inf where there are too few; the
    mean excess over it; and how large a part it is."""

    base: np.ndarray
    scale: np.ndarray
    share: np.ndarray

    def chance(self, x: np.ndarray, blocks: _Blocks) -> np.ndarray:
        """(s, n): the chance of a value as large as x; 1 below the largest tenth."""
        base, scale, share = (blocks.at_rows(part) for part in (self.base, self.scale, self.share))
        over = np.maximum(x - base, 0.0) / scale
        chance = np.ones(x.shape)
        in_tail = over > 0
        chance[in_tail] = share[in_tail] * np.exp(-over[in_tail])
        return chance


def _p_of_records(beyond: np.ndarray, past: _Past, at: np.ndarray) -> np.ndarray:
    """Of the rows of `at`, one after the other: the chance of a value so far beyond all before. Of n + 1 values alike
    in kind the last is the largest or smallest with a chance of 2 in n + 1, and how far it lies falls off by the third
    power."""
    high, low, mean, spread = (part[at] for part in (past.high, past.low, past.mean, past.spread))
    with np.errstate(divide="ignore", invalid="ignore"):
        half = np.maximum(high - mean, mean - low) / spread
        chance = 2.0 / (past.count[at] + 1.0) * (1.0 + beyond[at] / half) ** -3.0
    return _finite(chance)


class _Counts:
    """Where all values before a row are small counts, (s, n) bool, and their mean and variance."""

    def __init__(self, y: np.ndarray, before: np.ndarray) -> None:
        known = np.isfinite(y)
        is_count = ~known | ((y == np.floor(y)) & (y >= 0) & (y <= _LARGEST_COUNT))
        so_far = np.logical_and.accumulate(is_count, axis=1)
        self.n = np.maximum(before, 1)
        self.average, self.variance = np.zeros(y.shape), np.zeros(y.shape)
        some = np.flatnonzero(so_far.any(axis=1))
        if len(some):
            self._sum(some, np.where(known & is_count, y, 0.0)[some])
        self.at = so_far & (self.average <= _LARGEST_COUNT_MEAN)

    def _sum(self, some: np.ndarray, value: np.ndarray) -> None:
        """Of series that begin as counts."""
        n = self.n[some]
        average = (np.cumsum(value, axis=1) - value) / n
        squares = (np.cumsum(value * value, axis=1) - value * value) / n
        spread = np.maximum(squares - average**2, 0.0)
        self.average[some], self.variance[some] = average, spread * n / np.maximum(n - 1, 1)

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
    # Of two tails that have k in common one is under a half.
    above = np.where(k > 0, betainc(np.maximum(k, 1.0), size, 1.0 - share), 1.0)
    smaller = above.copy()
    rest = above >= 0.5
    smaller[rest] = np.minimum(above[rest], betainc(size[rest], k[rest] + 1.0, share[rest]))
    return np.minimum(1.0, 2.0 * smaller)
