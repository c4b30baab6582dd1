"""One linear model for all series of a panel: from the shape of the last periods to that of the next.

Each window is told in its own level and spread, so that series of any size teach each other. The weights are those of
a ridge regression in closed form (Hoerl & Kennard 1970), whose penalty is the one under which the last windows, kept
back for that, are missed least.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics.forecasting.batch import Batch

_PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)
_MIN_LAGS, _MAX_LAGS = 6, 48
# The last windows of a series, by which it teaches.
_MAX_WINDOWS = 200
# Windows without which no weight is worth anything.
_MIN_ROWS = 30
# Of what a window says, in its own spreads.
_FARTHEST = 20.0


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a window is told by.

    Attributes:
        lags: the last values; level: how many of them make the level.
        season: the longer of two seasons, whose values of the same phases are told too; 0 for none.
    """

    lags: int
    level: int
    season: int
    h: int

    @property
    def reach(self) -> int:
        """Periods that must lie before a window's future."""
        return max(self.lags, self.season)


@dataclass(frozen=True, slots=True)
class _Windows:
    """Attributes:
    told: (rows, features); future: (rows, h), in the same units.
    is_last: (rows,) bool, the future shares a period with the series' last h.
    """

    told: np.ndarray
    future: np.ndarray
    is_last: np.ndarray


def forecast_ridge(batch: Batch, lengths: Sequence[int], h: int) -> np.ndarray:
    """(h, s); NaN for a column that is too short, and for all where they have too few windows together.

    lengths: candidates of seasons in periods, shortest first.
    """
    ahead = np.full((h, batch.y.shape[1]), np.nan)
    shape = _shape(batch, lengths, h)
    windows = _windows(batch, shape)
    if windows is None:
        return ahead
    weights = _weights(windows.told, windows.future, _penalty(windows))
    for column in np.flatnonzero(batch.count >= shape.reach):
        told, level, spread = _tell(batch.y[None, len(batch.y) - shape.reach :, column], shape)
        ahead[:, column] = level[0] + spread[0] * (told @ weights)[0]
    return ahead


def _shape(batch: Batch, lengths: Sequence[int], h: int) -> _Shape:
    """Two seasons of lags where three of four series can teach by them, and fewer where they are short."""
    m = lengths[0] if lengths else 1
    usual = int(np.quantile(batch.count, 0.25, method="lower"))
    least = min(max(_MIN_LAGS, m), _MAX_LAGS)
    lags = int(np.clip(min(2 * m, usual - h - 2 * m), least, _MAX_LAGS))
    return _Shape(lags, min(max(m, 3), lags), lengths[-1] if len(lengths) > 1 else 0, h)


def _tell(past: np.ndarray, shape: _Shape) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(rows, features), level (rows, 1) and spread (rows, 1) of (rows, reach) values."""
    recent = past[:, past.shape[1] - shape.lags :]
    level = recent[:, shape.lags - shape.level :].mean(axis=1, keepdims=True)
    spread = np.abs(recent - level).mean(axis=1, keepdims=True)
    spread = np.maximum(spread, 1e-9 * np.abs(level) + 1e-300)
    parts = [recent]
    if shape.season:
        first = past.shape[1] - shape.season
        parts.append(past[:, first : first + min(shape.h, shape.season)])
    told = np.clip((np.concatenate(parts, axis=1) - level) / spread, -_FARTHEST, _FARTHEST)
    return np.hstack([told, np.ones((len(told), 1))]), level, spread


def _windows(batch: Batch, shape: _Shape) -> _Windows | None:
    """None where they are too few."""
    told, future, is_last = [], [], []
    size = shape.reach + shape.h
    for column in np.flatnonzero(batch.count >= size):
        y = batch.y[batch.start[column] :, column]
        cut = np.lib.stride_tricks.sliding_window_view(y, size)[-_MAX_WINDOWS:]
        features, level, spread = _tell(cut[:, : shape.reach], shape)
        told.append(features)
        future.append(np.clip((cut[:, shape.reach :] - level) / spread, -_FARTHEST, _FARTHEST))
        is_last.append(np.arange(len(cut))[::-1] < shape.h)
    if sum(len(each) for each in is_last) < _MIN_ROWS:
        return None
    return _Windows(np.concatenate(told), np.concatenate(future), np.concatenate(is_last))


def _penalty(windows: _Windows) -> float:
    """A strong one where too few windows are left beside the last ones."""
    is_kept = windows.is_last
    if (~is_kept).sum() < _MIN_ROWS:
        return _PENALTIES[-2]
    told, future = windows.told[~is_kept], windows.future[~is_kept]
    misses = [
        np.abs(windows.told[is_kept] @ _weights(told, future, each) - windows.future[is_kept])
        for each in _PENALTIES
    ]
    return _PENALTIES[int(np.argmin([each.mean() for each in misses]))]


def _weights(told: np.ndarray, future: np.ndarray, penalty: float) -> np.ndarray:
    """(features, h); the last feature is the constant, which is not shrunk."""
    gram = told.T @ told
    gram[np.diag_indices(len(gram) - 1)] += penalty
    return np.linalg.solve(gram, told.T @ future)
