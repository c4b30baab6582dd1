"""A trend and a fixed season, each fitted to what the others leave, and a smoothed level on top.

Source: gradient boosting over the parts of a series, as in Blume, MFLES (2024): median, straight line, phase means, and
last an exponentially smoothed remainder; the line is trusted by the share of the variance it explains.
"""

from collections.abc import Sequence

import numpy as np

from iop_pipelines.analytics.forecasting.batch import Batch, total
from iop_pipelines.analytics.forecasting.seasons import carried_on, phase_means, repeated

_ROUNDS = 8
_RATE = 0.9
_ALPHAS = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9])


def forecast_boosting(batch: Batch, seasons: Sequence[int], h: int) -> np.ndarray:
    """(h, s); seasons: shortest first, one only where a column holds two of it."""
    n = len(batch.y)
    u = (np.arange(n) - (n - 1.0))[:, None]
    slope = np.zeros(batch.y.shape[1])
    base = np.zeros(batch.y.shape[1])
    cycles = [np.zeros((m, batch.y.shape[1])) for m in seasons]
    fitted = np.zeros(batch.y.shape)
    for _ in range(_ROUNDS):
        level, rise = _line(batch.replaced(batch.y - fitted))
        base = base + _RATE * level
        slope = slope + _RATE * rise
        fitted = fitted + _RATE * (level + rise * u)
        for place, m in enumerate(seasons):
            rest = np.where(batch.is_known, batch.y - fitted, np.nan)
            phase = np.where(batch.count >= 2 * m, np.nan_to_num(phase_means(rest, m)), 0.0)
            cycles[place] = cycles[place] + _RATE * phase
            fitted = fitted + _RATE * repeated(phase, n)
    rest = batch.replaced(batch.y - fitted)
    last = _smoothed(rest)
    steps = np.arange(1, h + 1)[:, None]
    trust = _explained(batch, fitted, slope * u)
    ahead = base + last + slope * trust * steps
    return ahead + sum((carried_on(each, h) for each in cycles), np.zeros(1))


def _line(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """(s,) value at the last period, and slope, by least squares."""
    n = len(batch.y)
    u = (np.arange(n) - (n - 1.0))[:, None]
    centre = (1.0 - batch.count) / 2
    x = np.where(batch.is_known, u - centre, 0.0)
    mean = total(batch.y) / batch.count
    slope = total(x * batch.y) / np.maximum(total(x * x), 1e-300)
    slope = np.where(batch.count > 2, slope, 0.0)
    return mean - slope * centre, slope


def _explained(batch: Batch, fitted: np.ndarray, line: np.ndarray) -> np.ndarray:
    """(s,) how much of what the season leaves the straight line explains, 0 to 1."""
    rest = batch.replaced(batch.y - fitted).y
    with_line = batch.replaced(batch.y - fitted + line)
    mean = total(with_line.y) / batch.count
    spread = total(with_line.replaced(with_line.y - mean).y ** 2)
    return np.clip(1 - total(rest * rest) / np.maximum(spread, 1e-300), 0, 1)


def _smoothed(batch: Batch) -> np.ndarray:
    """(s,) last level of the remainder, by the weight of the least one-step error."""
    level = np.zeros((batch.y.shape[1], len(_ALPHAS)))
    sse = np.zeros(level.shape)
    for t, y in enumerate(batch.y):
        error = np.where((t >= batch.start)[:, None], y[:, None] - level, 0.0)
        sse += error * error
        level = level + _ALPHAS * error
    return level[np.arange(len(level)), np.argmin(sse, axis=1)]
