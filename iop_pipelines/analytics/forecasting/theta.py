"""The dynamic optimised theta model, of many series at once.

Source: Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler, Models for optimising the theta method and their
relationship to state space models (2016), its DOTM, here with the level and the line beginning together at the
first observation, and with alpha and theta from a grid.
"""

import numpy as np

from iop_pipelines.analytics.forecasting.batch import Batch

_ALPHAS = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99])
_THETAS = np.array([1.0, 1.25, 1.6, 2.0, 2.5, 3.5, 5.0, 10.0])


def forecast_theta(batch: Batch, h: int) -> np.ndarray:
    """(h, s) of a batch without a season; a column of one observation is repeated."""
    alpha, theta = (each.ravel() for each in np.meshgrid(_ALPHAS, _THETAS, indexing="ij"))
    state = _State(batch.y.shape[1], alpha, 1 - 1 / theta)
    sse = np.zeros((batch.y.shape[1], len(alpha)))
    for t, y in enumerate(batch.y):
        number = t - batch.start
        error = y[:, None] - state.ahead()
        # Two points make a line of their own: only what comes after them judges it.
        sse += np.where((number >= 2)[:, None], error * error, 0.0)
        state.see(y[:, None], number)
    return _carried_on(state.of(np.argmin(sse, axis=1)), batch.count, h)


def _carried_on(state: "_State", count: np.ndarray, h: int) -> np.ndarray:
    """The dynamic line takes each forecast as the next observation."""
    ahead = np.empty((h, len(count)))
    for step in range(h):
        ahead[step] = state.ahead()[:, 0]
        state.see(ahead[step][:, None], count + step)
    return ahead


class _State:
    """Level and line of (series, candidates)."""

    def __init__(self, series: int, alpha: np.ndarray, weight: np.ndarray) -> None:
        self.alpha = alpha
        self.weight = weight
        self.level = np.zeros((series, alpha.shape[-1]))
        self.fade = np.ones((series, alpha.shape[-1]))
        self.mean = np.zeros((series, 1))
        self.slope = np.zeros((series, 1))

    def ahead(self) -> np.ndarray:
        return self.level + self.weight * self.slope * (1 - self.fade) / self.alpha

    def see(self, y: np.ndarray, number: np.ndarray) -> None:
        """number: (series,) how many observations came before; negative where the series has not begun."""
        is_first = (number <= 0)[:, None]
        count = np.maximum(number, 0)[:, None] + 1.0
        fade = np.where(is_first, 1 - self.alpha, self.fade * (1 - self.alpha))
        self.fade = np.broadcast_to(fade, self.level.shape)
        self.level = np.where(is_first, y, self.level + self.alpha * (y - self.level))
        slope = ((count - 2) * self.slope + 6 * (y - self.mean) / count) / (count + 1)
        self.slope = np.where(is_first, 0.0, slope)
        self.mean = np.where(is_first, y, self.mean + (y - self.mean) / count)

    def of(self, best: np.ndarray) -> "_State":
        """With the one candidate of each series."""
        rows = np.arange(len(best))
        one = _State(len(best), self.alpha[best][:, None], self.weight[best][:, None])
        one.level = self.level[rows, best][:, None]
        one.fade = self.fade[rows, best][:, None]
        one.mean, one.slope = self.mean, self.slope
        return one
