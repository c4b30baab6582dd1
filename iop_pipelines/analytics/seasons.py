"""Which of the seasons that a step can have a series shows, looked for again and again as it grows.

A season is found where the spectrum stands out of its surroundings at the season's own frequencies, and the series is
like itself a season before. Longer seasons are looked for in what shorter ones leave, at frequencies of their own: of
hours whose days are all alike nothing is a week. What surrounds a frequency is the noise that it is compared with, so
slow noise is no season (Thomson 1982 has the test of a line against its surroundings; Fisher 1932 how several are one).

So that one odd week changes nothing, it takes little chance (one in a thousand) to find a season and much (one in
twenty) to drop it, and the series is looked at when its past has grown by half: what is said of a row depends on the
rows before the look before it, and on nothing after.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc

from iop_pipelines.analytics import robust

# So little chance finds a season, and so much drops it again.
_FOUND, _DROPPED = 1e-3, 0.05
_LEAST_CYCLES = 3
_LEAST_KNOWN = 2 / 3
# Values farther off are no part of a season.
_FARTHEST = 5.0
# Frequencies on either side that surround one.
_WIDEST = 8
# One-sided 95 %, of the autocorrelation by Bartlett's formula.
_CRITICAL = 1.645


@dataclass(frozen=True, slots=True)
class Seasons:
    """What was seen at each look; every series begins with its first known row.

    Attributes:
        lengths: the candidates in periods, shortest first.
        rows: (looks,) how many rows each look saw; it holds for the rows from there to the next.
        is_found: (looks, candidates, s) bool.
        strength: (candidates, s), the share of its variation that a season is, 0 to 1, at the last look at the series;
            0 where it is not found.
    """

    lengths: tuple[int, ...]
    rows: np.ndarray
    is_found: np.ndarray
    strength: np.ndarray

    def found(self, look: int, series: int) -> tuple[int, ...]:
        """Shortest first."""
        return tuple(
            length
            for length, is_found in zip(self.lengths, self.is_found[look, :, series], strict=True)
            if is_found
        )

    def of(self, columns: slice) -> "Seasons":
        """Of some of the series."""
        return Seasons(
            self.lengths, self.rows, self.is_found[:, :, columns], self.strength[:, columns]
        )


def find_seasons(y: np.ndarray, lengths: Sequence[int], first: int) -> Seasons:
    """Looks at series that all begin with the first row.

    Args:
        y: (n, s) float64, equally spaced, oldest first; NaN is unknown. A shorter series ends in NaN.
        lengths: candidates, shortest first, each a multiple of those before or apart from them.
        first: rows before the first look.
    """
    n, s = y.shape
    rows = _looks(first, n)
    is_found = np.zeros((len(rows), len(lengths), s), dtype=bool)
    strength = np.zeros((len(lengths), s))
    ends = np.where(np.isfinite(y).any(axis=0), n - np.isfinite(y)[::-1].argmax(axis=0), 0)
    before = np.zeros((len(lengths), s), dtype=bool)
    for look, count in enumerate(rows.tolist()):
        is_long = ends > count
        if not is_long.any():
            is_found[look:] = before
            break
        seen = y[:count, is_long]
        found, strengths = _look(seen, lengths, before[:, is_long])
        before = before.copy()
        before[:, is_long] = found
        strength[:, is_long] = strengths
        is_found[look] = before
    return Seasons(tuple(lengths), rows, is_found, strength)


def _looks(first: int, n: int) -> np.ndarray:
    rows, count = [], first
    while count < n:
        rows.append(count)
        count += max(count // 2, 1)
    return np.array(rows, dtype=int)


def _look(
    y: np.ndarray, lengths: Sequence[int], before: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each candidate is found, (candidates, s), and its strength, given whether it was before."""
    found, strength = np.zeros(before.shape, dtype=bool), np.zeros(before.shape)
    known = np.isfinite(y)
    x = _ordinary(y)
    for place, m in enumerate(lengths):
        cycles = len(y) // m
        if m < 2 or cycles < _LEAST_CYCLES:
            continue
        last = x[len(x) - cycles * m :]
        shorter = [each for each in lengths[:place] if m % each == 0]
        p, likeness = _tests(last, m, shorter)
        allowed = np.where(before[place], _DROPPED, _FOUND)
        is_known = known[len(x) - cycles * m :].mean(axis=0) >= _LEAST_KNOWN
        found[place] = (p < allowed) & (likeness > 0) & is_known
        season, share = _phases(last, m)
        strength[place] = np.where(found[place], share, 0.0)
        taken = np.where(found[place], np.tile(season, (len(x) // m + 1, 1))[-len(x) :], 0.0)
        x = x - taken
    return found, strength


def _ordinary(y: np.ndarray) -> np.ndarray:
    """y about its own line, 0 where it is unknown, what is far off as far as is ordinary."""
    known = np.isfinite(y)
    count = np.maximum(known.sum(axis=0), 1)
    middle = robust.quantiles(y.T, 0.5)[0]
    x = np.where(known, y - np.where(np.isfinite(middle), middle, 0.0), 0.0)
    off = robust.quantiles(np.where(known, np.abs(x), np.nan).T, 0.5)[0] * robust.SIGMA_PER_MAD
    # Where most values are alike nothing says what is far.
    limit = np.where(off > 0, _FARTHEST * off, np.inf)
    x = np.clip(x, -limit, limit)
    at = (np.arange(len(y)) - (len(y) - 1) / 2)[:, None] * known
    at = np.where(known, at - at.sum(axis=0) / count, 0.0)
    x = np.where(known, x - x.sum(axis=0) / count, 0.0)
    spread = np.maximum((at * at).sum(axis=0), 1e-300)
    return x - at * ((at * x).sum(axis=0) / spread)


def _tests(x: np.ndarray, m: int, shorter: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """(s,) the chance that nothing repeats after m rows, and how much more than chance the series is like itself then.

    x: (cycles * m, s).
    """
    cycles = len(x) // m
    power = np.abs(np.fft.rfft(x, axis=0)) ** 2
    total = power.sum(axis=0)
    # What rounding leaves of a series that does not vary is nothing.
    is_varied = total > 1e-20 * len(x) * np.maximum((x * x).sum(axis=0), 1e-300)
    harmonics = np.arange(1, (m - 1) // 2 + 1 if m > 2 else 2)
    own = np.array([j for j in harmonics if all(j % (m // each) for each in shorter)], dtype=int)
    around, count = _surroundings(power, cycles, min(max(cycles // 2, 1), _WIDEST))
    at = own * cycles
    least = 1e-12 * total / len(power)
    ratio = power[at] / np.maximum(around[at], np.maximum(least, 1e-300))
    number = count[at][:, None]
    # The F distribution of 2 and twice as many degrees of freedom as frequencies surround it.
    chances = (1 + ratio / number) ** -number
    logs = -np.log(np.maximum(chances, 1e-300))
    together = gammaincc(len(own), logs.sum(axis=0))
    # Of many frequencies one will be seldom by chance; a season is likelier to be a slow wave than a fast one.
    best = (chances * np.arange(1, len(own) + 1)[:, None]).min(axis=0)
    best = np.minimum(best * (1 / np.arange(1, len(own) + 1)).sum(), 1.0)
    p = np.where(is_varied, np.minimum(1.0, 2.0 * np.minimum(together, best)), 1.0)
    lags = np.fft.irfft(power, len(x), axis=0)[: m + 1]
    lags = lags / np.maximum(lags[0], 1e-300)
    noise = (1 + 2 * (lags[1:-1] ** 2).sum(axis=0)) / len(x)
    return p, lags[-1] - _CRITICAL * np.sqrt(noise)


def _surroundings(power: np.ndarray, cycles: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """(bins, s) the mean power of up to `width` frequencies on either side that are of no season, and (bins,) how many
    there are."""
    is_line = np.arange(len(power)) % cycles == 0
    sums = np.zeros((len(power) + 1, power.shape[1]))
    np.cumsum(np.where(is_line[:, None], 0.0, power), axis=0, out=sums[1:])
    counts = np.append(0, np.cumsum(~is_line))
    low = np.maximum(np.arange(len(power)) - width, 0)
    high = np.minimum(np.arange(len(power)) + width + 1, len(power))
    count = np.maximum(counts[high] - counts[low], 1)
    return (sums[high] - sums[low]) / count[:, None], count


def _phases(x: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
    """(m, s) the mean of each phase, the last phase last, and (s,) the share of the variation that they are beyond what
    as many means of noise would be."""
    cycles = len(x) // m
    season = x.reshape(cycles, m, -1).mean(axis=0)
    rest = ((x.reshape(cycles, m, -1) - season) ** 2).sum(axis=(0, 1)) / (len(x) - m)
    whole = ((x - x.mean(axis=0)) ** 2).sum(axis=0) / (len(x) - 1)
    share = 1 - rest / np.maximum(whole, 1e-300)
    return season, np.clip(np.where(whole > 0, share, 0.0), 0.0, 1.0)
