"""How far a forecast may be off, by how far the same method was off before: split conformal, pooled over the series.

An error is told in the spread of what its origin had seen, so that a growing series' early errors count as much as its
late ones, then in what its horizon usually misses, then in what its series usually misses, the origin itself left out.
What is left is alike for all, and its quantile is the interval (Vovk, Gammerman & Shafer 2005; Lei et al. 2018,
Distribution-free predictive inference for regression). Whole past error curves make joint futures.
"""

from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics.forecasting.backtest import Origins
from iop_pipelines.analytics.forecasting.batch import Batch, total

# Errors of a usual series that each is believed to have had besides its own.
_PRIOR = 2.0
# Curves under which normal ones stand in, so that a short past does not pass for a sure one.
_MIN_CURVES = 20
_FARTHEST = 50.0
# Mean absolute value of a standard normal, reversed.
_NORMAL = 1.2533
# Neighbours on either side that a horizon's usual error is smoothed with.
_SMOOTHING = 2


@dataclass(frozen=True, slots=True)
class Spread:
    """
    Attributes:
        scale: (h, s) a usual error of each series and period ahead, in the unit of y.
        curves: (h, c) past errors in usual errors, both ways round, the middle 0.
    """

    scale: np.ndarray
    curves: np.ndarray

    def half_width(self, level: float) -> np.ndarray:
        """(h, s) half of the interval that covers `level` per cent."""
        sizes = np.sort(np.abs(self.curves[:, : self.curves.shape[1] // 2]).ravel())
        rank = int(np.ceil((len(sizes) + 1) * level / 100)) - 1
        return self.scale * sizes[min(rank, len(sizes) - 1)]

    def paths(self, yhat: np.ndarray, series: int, count: int) -> np.ndarray:
        """(h, at most count) joint futures about (h,) of one series."""
        places = np.arange(self.curves.shape[1])
        if len(places) > count:
            places = places[(np.arange(count) * len(places)) // count]
        return yhat[:, None] + self.scale[:, series][:, None] * self.curves[:, places]


def spread_of(
    errors: np.ndarray | None, origins: Origins | None, present: Batch, m: int, h: int
) -> Spread:
    """
    errors: (h, o) of the forecasts at the origins, NaN where unknown; None without origins.
    present: the whole series; m: their shortest season, 1 for none.
    """
    now = np.maximum(usual_step(present, m), 1e-300)
    s = present.y.shape[1]
    if errors is None or origins is None:
        growth = np.sqrt(np.arange(1.0, h + 1))
        return Spread(growth[:, None] * now, _with_normal(np.empty((h, 0))))
    then = np.maximum(usual_step(origins.batch, m), 1e-300)
    told = np.clip(errors / then, -_FARTHEST, _FARTHEST)
    growth = _growth(told)
    told = told / np.maximum(growth, 1e-12)[:, None]
    size = np.nanmean(np.abs(told), axis=0)
    sums = np.bincount(origins.series, weights=size, minlength=s)
    count = np.bincount(origins.series, minlength=s)
    without = (sums[origins.series] - size + _PRIOR) / (count[origins.series] - 1 + _PRIOR)
    usual = (sums + _PRIOR) / (count + _PRIOR)
    curves = _whole(told / without)
    return Spread(growth[:, None] * (usual * now), _with_normal(curves))


def usual_step(batch: Batch, m: int) -> np.ndarray:
    """(s,) mean absolute difference a season apart; one period apart where a column has no second season."""
    steps = _mean_difference(batch, 1)
    if m < 2 or len(batch.y) <= m:
        return steps
    return np.where(batch.count > m, _mean_difference(batch, m), steps)


def _mean_difference(batch: Batch, lag: int) -> np.ndarray:
    if len(batch.y) <= lag:
        return np.zeros(batch.y.shape[1])
    known = batch.is_known[:-lag]
    differences = np.where(known, np.abs(batch.y[lag:] - batch.y[:-lag]), 0.0)
    return total(differences) / np.maximum(known.sum(axis=0), 1)


def _growth(told: np.ndarray) -> np.ndarray:
    """(h,) usual error of each period ahead, never less than of those before it."""
    known = np.isfinite(told)
    counts = known.sum(axis=1)
    sums = np.nansum(np.abs(told), axis=1)
    h = len(told)
    low = np.maximum(np.arange(h) - _SMOOTHING, 0)
    high = np.minimum(np.arange(h) + _SMOOTHING + 1, h)
    # By value, not by period: where few origins reach, few say.
    sums, counts = (np.concatenate([[0.0], np.cumsum(each)]) for each in (sums, counts))
    within = counts[high] - counts[low]
    mean = np.where(within > 0, (sums[high] - sums[low]) / np.maximum(within, 1), 0.0)
    return np.maximum.accumulate(mean)


def _whole(curves: np.ndarray) -> np.ndarray:
    """What an origin does not know yet is off as the last period that it does."""
    known = np.isfinite(curves)
    last = np.maximum.accumulate(np.where(known, np.arange(len(curves))[:, None], 0), axis=0)
    return np.take_along_axis(curves, last, axis=0)


def _with_normal(curves: np.ndarray) -> np.ndarray:
    """Both ways round: a median is as often too high as too low."""
    missing = _MIN_CURVES - curves.shape[1]
    if missing > 0:
        flat = np.repeat(_normal_sizes(missing)[None, :], len(curves), axis=0)
        curves = np.concatenate([curves, flat], axis=1)
    return np.concatenate([curves, -curves], axis=1)


def _normal_sizes(count: int) -> np.ndarray:
    """(count,) evenly likely absolute values of a normal distribution whose mean is 1."""
    from scipy.special import ndtri

    return _NORMAL * ndtri(0.5 + (np.arange(count) + 0.5) / (2 * count))
