"""A forecast as joint futures: their interval, and how many of them cross a limit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Forecast:
    """Attributes:
    ds: (h,) the periods ahead.
    yhat, lo, hi: (h,) middle and central interval, in the unit of y.
    samples: (h, number of paths) float64; a column is one joint future.
    surest: the nearest to 0 or 1 that a share of the paths may pass for a probability.
    """

    ds: pd.DatetimeIndex
    yhat: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    samples: np.ndarray
    surest: float = 0.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a measure ends; None where it does not."""

    floor: float | None
    ceiling: float | None

    def cut(self, values: np.ndarray) -> np.ndarray:
        """NaN stays NaN."""
        if self.floor is None and self.ceiling is None:
            return values
        return np.clip(values, self.floor, self.ceiling)


def natural_bounds(
    y: np.ndarray, unit: str, *, floor: float | None = None, ceiling: float | None = None
) -> Bounds:
    """Those given; else 0 below what never was negative, and 100 above what is in per cent and never was more.

    y: (n,) the known history; NaN is unknown. A series without any known value has the given ones only.
    """
    known = y[np.isfinite(y)]
    if len(known):
        if floor is None and known.min() >= 0:
            floor = 0.0
        if ceiling is None and unit == "%" and known.min() >= 0 and known.max() <= 100:
            ceiling = 100.0
    return Bounds(floor, ceiling)


def central(level: float) -> Sequence[float]:
    """Lower end, middle and upper end of the interval that covers `level` per cent, as quantiles."""
    tail = (1 - level / 100) / 2
    return (tail, 0.5, 1 - tail)


def bootstrap_blocks(residuals: np.ndarray, shape: tuple[int, int], seed: int) -> np.ndarray:
    """(h, paths) of residuals, each path put together from blocks of neighbours.

    residuals: (n,) float64, oldest first, no NaN; n >= 1. Each is equally likely everywhere, for
    the last is followed by the first.
    """
    h, paths = shape
    n = len(residuals)
    length = max(1, round(n ** (1 / 3)))
    starts = np.random.default_rng(seed).integers(0, n, size=(-(-h // length), 1, paths))
    places = (starts + np.arange(length)[None, :, None]) % n
    return (residuals - residuals.mean())[places].reshape(-1, paths)[:h]


def crossing_probability(ahead: Forecast, limit: float, *, above: bool) -> np.ndarray:
    """(h,) share of the paths beyond the limit in each period."""
    shares = np.mean(_beyond(ahead.samples, limit, above=above), axis=1)
    return np.clip(shares, ahead.surest, 1 - ahead.surest)


def crossing_probability_within(ahead: Forecast, limit: float, *, above: bool) -> float:
    """Share of the paths that are beyond the limit in any period of the horizon."""
    share = np.mean(np.any(_beyond(ahead.samples, limit, above=above), axis=0))
    return float(np.clip(share, ahead.surest, 1 - ahead.surest))


def _beyond(samples: np.ndarray, limit: float, *, above: bool) -> np.ndarray:
    return samples > limit if above else samples < limit


def median_first_crossing(samples: np.ndarray, limit: float, *, above: bool) -> int:
    """The period by which half of the paths that cross at all have done so; 0 if none does."""
    beyond = _beyond(samples, limit, above=above)
    first = np.argmax(beyond, axis=0)[beyond.any(axis=0)]
    return int(np.quantile(first, 0.5, method="lower")) if len(first) else 0
