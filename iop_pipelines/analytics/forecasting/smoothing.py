"""Exponential smoothing without a season, of many series at once: no trend, a trend, a damped trend.

Source: Hyndman, Koehler, Ord & Snyder, Forecasting with Exponential Smoothing (2008): the models ANN, AAN and AAdN,
chosen by AICc, with parameters from a grid and first states from the beginning of the series.
"""

from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics.forecasting.batch import Batch, total

_ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95)
# Of the trend, as a share of alpha.
_BETAS = (0.02, 0.1, 0.25, 0.5)
_PHIS = (0.8, 0.9, 0.95, 0.98)
# Points from which the first level and slope are taken.
_HEAD = 10


@dataclass(frozen=True, slots=True)
class _Grid:
    """(g,) each; `parameters` counts what AICc charges: weights, first states and the variance."""

    alpha: np.ndarray
    beta: np.ndarray
    phi: np.ndarray
    has_trend: np.ndarray
    parameters: np.ndarray


def _grid() -> _Grid:
    rows = [(a, 0.0, 0.0, 0.0, 3) for a in _ALPHAS]
    rows += [(a, a * b, 1.0, 1.0, 5) for a in _ALPHAS for b in _BETAS]
    rows += [(a, a * b, p, 1.0, 6) for a in _ALPHAS for b in _BETAS for p in _PHIS]
    return _Grid(*np.array(rows, dtype=np.float64).T)


_CANDIDATES = _grid()


def forecast_smoothing(batch: Batch, h: int) -> np.ndarray:
    """(h, s) by the candidate of the least AICc."""
    grid = _CANDIDATES
    first_level, first_slope = first_states(batch)
    shape = (batch.y.shape[1], len(grid.alpha))
    level = np.zeros(shape)
    slope = np.zeros(shape)
    sse = np.zeros(shape)
    for t, y in enumerate(batch.y):
        number = (t - batch.start)[:, None]
        begins = number == 0
        level = np.where(
            begins, np.where(grid.has_trend > 0, first_level[:, None], y[:, None]), level
        )
        slope = np.where(begins, first_slope[:, None] * grid.has_trend, slope)
        damped = grid.phi * slope
        error = np.where(number >= 0, y[:, None] - level - damped, 0.0)
        sse += error * error
        level = level + damped + grid.alpha * error
        slope = damped + grid.beta * error
    best = np.argmin(_aicc(sse, batch.count[:, None], grid.parameters), axis=1)
    rows = np.arange(len(best))
    return _carried_on(level[rows, best], slope[rows, best], grid.phi[best], h)


def _carried_on(level: np.ndarray, slope: np.ndarray, phi: np.ndarray, h: int) -> np.ndarray:
    ahead = np.empty((h, len(level)))
    for step in range(h):
        slope = slope * phi
        level = level + slope
        ahead[step] = level
    return ahead


def _aicc(sse: np.ndarray, count: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Infinite where there are too few observations for so many parameters, but never for the simplest."""
    left = count - parameters - 1
    correction = 2 * parameters * (parameters + 1) / np.maximum(left, 0.5)
    with np.errstate(divide="ignore"):
        fit = count * np.log(sse / count)
    # A perfect fit ties at minus infinity: the simplest comes first in the grid.
    return np.where((left > 0) | (parameters <= 3), fit + 2 * parameters + correction, np.inf)


def first_states(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """(s,) level before the first observation and slope, by a straight line through the first points."""
    number = np.arange(len(batch.y))[:, None] - batch.start
    size = np.minimum(batch.count, _HEAD)
    inside = (number >= 0) & (number < size)
    x = np.where(inside, number - (size - 1) / 2, 0.0)
    mean = total(np.where(inside, batch.y, 0.0)) / size
    spread = np.maximum(total(x * x), 1e-300)
    slope = np.where(size > 1, total(x * batch.y) / spread, 0.0)
    return mean - slope * (size + 1) / 2, slope
