"""The band that a whole series makes of itself: what each period should have been, seen from both sides of it.

For charts and for looking back, never for alerts: a period's band depends on what follows it, and on how long the
series is. Windows of the series are told by their leading components, as many as stand out of noise (Gavish & Donoho
2014) and are there all the time, and what the windows over a period say of it is averaged (singular spectrum analysis;
Golyandina & Zhigljavsky 2013). What is far off is told as far as is ordinary, and the components are sought again, so
that an outage does not bend its own band.

The score is the distance of windows from all windows in units of the components' own spread (Sub-PCA, as TSB-AD has it;
Liu & Paparrizos 2024), and beside it how far the values of a window lie from the middle of the series. What was weighed
against it: docs/adr/0113-a-band-looks-both-ways.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics import robust

# Known values under which nothing is said.
LEAST_KNOWN = 30
# A window is a twentieth of the series, within these.
_SHARE_OF_SERIES = 20
_SHORTEST, _LONGEST = 10, 200
# Two-sided 99 % of a normal.
_REACH = 2.576
# Residuals of more sigmas count as so many where components are sought.
_CLIP = 4.0
_ROUNDS = 3
# Less of a component's variance in the half of the windows that have least of it is an event, not a habit.
_LEAST_LASTING = 0.1
# A component is measured by a thousandth of the largest one's variance at least.
_LEAST_VARIANCE = 1e-3
# A score of 1 in each part is what one period in a hundred has.
_USUAL = 0.99
_FLOOR_OF_SPREAD = 0.1
_WINDOWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Band:
    """(n,) arrays; NaN where y is unknown, everywhere in a series of fewer than 30 known values.

    Attributes:
        yhat: what the period should have been.
        lo, hi: the range that 99 of 100 ordinary periods keep to.
        score: how strange the windows about the period are, 0 for none at all, without end.
    """

    yhat: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    score: np.ndarray


def band_of(y: np.ndarray) -> Band:
    """The band of a whole series.

    Args:
        y: (n,) float64, equally spaced, oldest first; NaN is unknown.
    """
    known = np.isfinite(y)
    if np.count_nonzero(known) < LEAST_KNOWN:
        return Band(*(np.full(len(y), np.nan) for _ in range(4)))
    rows = np.arange(len(y))
    x = np.interp(rows, rows[known], y[known])
    middle = float(np.median(x))
    spread = max(_sigma(x - middle), _FLOOR_OF_SPREAD * float(np.std(x)))
    # What rounding leaves of a series that does not vary is no spread.
    if spread <= 1e-12 * float(np.abs(x).max()):
        return Band(*(np.where(known, part, np.nan) for part in (x, x, x, np.zeros(len(x)))))
    z = (x - middle) / spread
    w = int(np.clip(len(z) // _SHARE_OF_SERIES, _SHORTEST, _LONGEST))
    smooth, sigma = _smooth(z, w, known)
    least = 0.0 if y[known].min() >= 0 else -np.inf
    yhat, lo, hi = (
        np.where(
            known, np.maximum(middle + spread * (smooth + side * _REACH * sigma), least), np.nan
        )
        for side in (0.0, -1.0, 1.0)
    )
    return Band(yhat, lo, hi, np.where(known, _strangeness(z, w), np.nan))


def _sigma(error: np.ndarray) -> float:
    middle, tail = robust.quantiles(np.abs(error)[None, :], 0.5, 0.9)
    return float(max(middle[0] * robust.SIGMA_PER_MAD, tail[0] * robust.SIGMA_PER_Q90))


def _smooth(z: np.ndarray, w: int, known: np.ndarray) -> tuple[np.ndarray, float]:
    """(n,) what windows of w say of the middle of each period, and the robust sigma of what is left."""
    smooth, sigma = _look(z, z, w, known)
    for _ in range(_ROUNDS - 1):
        ordinary = np.clip(z - smooth, -_CLIP * sigma, _CLIP * sigma)
        smooth, sigma = _look(z, smooth + np.where(known, ordinary, 0.0), w, known)
    return smooth, sigma


def _look(z: np.ndarray, seen: np.ndarray, w: int, known: np.ndarray) -> tuple[np.ndarray, float]:
    """The same of what is seen of z."""
    center, variances, components = _components(seen, w)
    smooth = _average(seen, w, center, _lasting(seen, center, variances, components))
    return smooth, _sigma((z - smooth)[known])


def _blocks(z: np.ndarray, w: int) -> Iterator[tuple[int, np.ndarray]]:
    """(first, windows (b, w)) of all windows in turn."""
    windows = np.lib.stride_tricks.sliding_window_view(z, w)
    for first in range(0, len(windows), _WINDOWS_AT_ONCE):
        yield first, windows[first : first + _WINDOWS_AT_ONCE]


def _components(z: np.ndarray, w: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (w,) of the windows, and variances (w,) and components (w, w) about it, a column each, largest first."""
    count = len(z) - w + 1
    center = np.zeros(w)
    for _, block in _blocks(z, w):
        center += block.sum(axis=0) / count
    gram = np.zeros((w, w))
    for _, block in _blocks(z, w):
        off = block - center
        gram += off.T @ off
    variances, components = np.linalg.eigh(gram / count)
    return center, np.maximum(variances[::-1], 0.0), components[:, ::-1]


def _lasting(
    z: np.ndarray, center: np.ndarray, variances: np.ndarray, components: np.ndarray
) -> np.ndarray:
    """(w, k) the components that are no noise, by the optimal hard threshold of singular values for unknown noise, nor
    an event: in half of the windows there is as much of one as in its variance, or nearly."""
    w = len(variances)
    shape = w / (len(z) - w + 1)
    shape = min(shape, 1 / shape)
    factor = 0.56 * shape**3 - 0.95 * shape**2 + 1.82 * shape + 1.43
    least = factor**2 * float(np.median(variances))
    candidates = components[:, : min(int(np.count_nonzero(variances > least)), w // 2)]
    parts = [np.abs((block - center) @ candidates) for _, block in _blocks(z, w)]
    usual = robust.SIGMA_PER_MAD * np.median(np.concatenate(parts), axis=0)
    is_lasting = usual**2 > np.maximum(least, _LEAST_LASTING * variances[: candidates.shape[1]])
    return candidates[:, is_lasting]


def _average(z: np.ndarray, w: int, center: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """(n,) mean of what the windows over each period say of it."""
    total = np.zeros(len(z))
    for first, block in _blocks(z, w):
        told = center + (block - center) @ kept @ kept.T
        for place in range(w):
            total[first + place : first + place + len(told)] += told[:, place]
    return total / _over(len(z), w)


def _over(n: int, w: int) -> np.ndarray:
    """(n,) how many windows are over each period."""
    at = np.arange(n)
    return np.minimum(np.minimum(at + 1, n - at), min(w, n - w + 1))


def _strangeness(z: np.ndarray, w: int) -> np.ndarray:
    center, variances, components = _components(z, w)
    weights = 1.0 / np.maximum(variances, _LEAST_VARIANCE * variances[0])
    off = np.concatenate(
        [((block - center) @ components) ** 2 @ weights for _, block in _blocks(z, w)]
    )
    far = np.concatenate([np.abs(block).mean(axis=1) for _, block in _blocks(z, w)])
    return _in_usual(_mean_over(np.sqrt(off), w)) + _in_usual(_mean_over(far, w))


def _mean_over(of_windows: np.ndarray, w: int) -> np.ndarray:
    """(windows,) -> (n,) the mean of the windows over each period."""
    n = len(of_windows) + w - 1
    sums = np.concatenate([[0.0], np.cumsum(of_windows)])
    at = np.arange(n)
    return (
        sums[np.minimum(at, len(of_windows) - 1) + 1] - sums[np.maximum(at - w + 1, 0)]
    ) / _over(n, w)


def _in_usual(score: np.ndarray) -> np.ndarray:
    return score / max(float(np.quantile(score, _USUAL)), 1e-300)
