"""PyOD detectors over windows of the recent past, one row of features for each period.

A feature is a distance from the seasonal expectation in robust sigmas (analytics.seasonal), so that a
detector sees surprise and not the weekday. The point itself enters as it is; its lags enter clipped, and as
expected where they were anomalous or unknown: the days after a storm are not strange for the storm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pyod.models.base import BaseDetector
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.iforest import IForest
from pyod.models.knn import KNN

from iop_pipelines.analytics import seasonal
from iop_pipelines.domain.liveness import Tick, nobody

DetectorName = Literal["ecod", "copod", "hbos", "iforest", "knn"]
Scope = Literal["series", "panel"]

_LAG_CLIP_SIGMAS = 3.0
# In sigmas; off a past that does not vary a point is infinitely many away.
_LARGEST_DISTANCE = 1000.0
# A detector that has seen fewer rows than this has no idea of normal.
MIN_TRAINING_ROWS = 8
# What a fit learns from at most, the last ones; and how many rows it scores at most unless more are asked for.
_MEMORY = 1000
_LONGEST_BLOCK = 1000
_SHARE_OF_PAST = 10
# Some seconds of the slowest detector.
_ROWS_AT_ONCE = 500
# These rank the rows that they are given against each other too: they are given one at a time.
_RANKING = ("ecod", "copod")
# The training scores of these leave out the row itself.
_LEAVING_OUT = ("knn",)
# To these all that lies beyond what they learned from is equally strange: how far beyond is added.
_BOUNDED = ("hbos", "iforest")


@dataclass(frozen=True, slots=True)
class Features:
    """Attributes:
    x: (n, s, f) float64; NaN in the rows that cannot be scored. The first features are the measures at the
        period itself, in order, then their lags.
    is_normal: (n, s) bool, rows to train on: known, and not far off by themselves.
    """

    x: np.ndarray
    is_normal: np.ndarray


@dataclass(frozen=True, slots=True)
class Outlyingness:
    """(n, s) matrices for the scored rows, NaN elsewhere. Attributes:
    score: the detector's own, larger is stranger.
    threshold: quantile of the scores that the training rows have where they were not learned from.
    rank: 1 - the conformal p-value: how many of those are lower, over their number + 1.
    """

    score: np.ndarray
    threshold: np.ndarray
    rank: np.ndarray


def robust_distance(y: np.ndarray, scores: seasonal.Scores, min_sigma: float) -> np.ndarray:
    """(n, s): (y - yhat) in sigmas as the expectation measures errors, at least min_sigma; 0 where both are 0."""
    sigma = np.maximum(scores.unit, min_sigma)
    error = y - scores.yhat
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.clip(error / sigma, -_LARGEST_DISTANCE, _LARGEST_DISTANCE)
    return np.where((sigma == 0) & (error == 0), 0.0, z)


def lag_windows(
    distances: Sequence[np.ndarray], anomalous: Sequence[np.ndarray], lags: int
) -> Features:
    """Features of every row from the distances of one or more measures.

    Args:
        distances: one (n, s) matrix a measure, as robust_distance gives.
        anomalous: one (n, s) bool a measure; such rows are not trained on, and count as expected in lags.
        lags: periods before the row that are features too.
    """
    past = [
        np.clip(np.where(is_anomaly | ~np.isfinite(z), 0.0, z), -_LAG_CLIP_SIGMAS, _LAG_CLIP_SIGMAS)
        for z, is_anomaly in zip(distances, anomalous, strict=True)
    ]
    columns = [*distances, *(_shift(z, lag) for lag in range(1, lags + 1) for z in past)]
    x = np.stack(columns, axis=2)
    is_known = np.isfinite(x).all(axis=2)
    x[~is_known] = np.nan
    return Features(x, is_known & ~np.any(anomalous, axis=0))


def score_outliers(
    features: Features,
    first_scored: int,
    *,
    detector: DetectorName,
    quantile: float,
    scope: Scope = "series",
    seed: int = 1,
    refit_every: int = 7,
    tick: Tick = nobody,
) -> Outlyingness:
    """Walks forward from `first_scored`: trains strictly before a row, and scores each row by itself.

    Args:
        scope: `series` trains one detector a series; `panel` trains one on the rows of all.
        quantile: of the scores of training rows; a row above it is an outlier. A row is scored by a detector that did
            not learn from it, but from half of the others, or all: what was learned from looks less strange.
        refit_every: rows that one fit scores at least, before the next learns from them too; with a long past more,
            a tenth of it, since a fit then says little that the one before did not.
        tick: called before every fit, and before what it scores at once.

    Rows before which there are fewer than 8 to train on stay NaN.
    """
    n, s, _ = features.x.shape
    result = Outlyingness(*(np.full((n, s), np.nan) for _ in range(3)))
    groups = [list(range(s))] if scope == "panel" else [[place] for place in range(s)]
    for group in groups:
        start = first_scored
        while start < n:
            tick()
            training = features.x[:start, group][features.is_normal[:start, group]][-_MEMORY:]
            if len(training) < MIN_TRAINING_ROWS:
                start += 1
                continue
            rows = max(refit_every, min(start // _SHARE_OF_PAST, _LONGEST_BLOCK))
            end = min(start + rows, n)
            places = [
                (row, place)
                for place in group
                for row in range(start, end)
                if np.isfinite(features.x[row, place, 0])
            ]
            if places:
                learned = _Learned(training, detector, seed)
                _score(learned, features, places, result, quantile=quantile, tick=tick)
            start = end
    return result


class _Learned:
    """A detector that has learned from rows (r, f).

    `usual`, (r,), is how strange each of them is to one that did not learn from it, sorted.
    """

    def __init__(self, training: np.ndarray, name: DetectorName, seed: int) -> None:
        self.name = name
        self.center = training[0]
        # Rows that are all alike teach no detector anything; each of them answers that in another way, or fails.
        self.is_constant = not np.ptp(training, axis=0).any()
        if self.is_constant:
            self.usual = np.zeros(len(training))
            return
        self.fitted = _Fitted(training, name, seed)
        if name in _LEAVING_OUT:
            self.usual = np.sort(np.asarray(self.fitted.detector.decision_scores_, dtype=float))
            return
        halves = [training[0::2], training[1::2]]
        crossed = [
            _Fitted(half, name, seed).score(other)
            for half, other in zip(halves, halves[::-1], strict=True)
        ]
        self.usual = np.sort(np.concatenate(crossed))

    def score(self, x: np.ndarray) -> np.ndarray:
        """(b,) of rows (b, f), each by itself."""
        if self.is_constant:
            return np.abs(x - self.center).max(axis=1)
        return self.fitted.score(x)


class _Fitted:
    """One PyOD detector after its fit."""

    def __init__(self, training: np.ndarray, name: DetectorName, seed: int) -> None:
        self.name = name
        if not np.ptp(training, axis=0).any():
            # Half of the rows may be alike where all are not: the least of what tells rows apart stands in for none.
            training = training + np.linspace(-1e-9, 1e-9, len(training))[:, None]
        self.low, self.high = training.min(axis=0), training.max(axis=0)
        # What fit() sets, PyOD's base class does not declare.
        self.detector: Any = make_detector(name, seed, len(training)).fit(training)

    def score(self, x: np.ndarray) -> np.ndarray:
        if self.name in _RANKING:
            return np.array([float(self.detector.decision_function(row[None, :])[0]) for row in x])
        score = np.asarray(self.detector.decision_function(x), dtype=float)
        return score + self._beyond(x) if self.name in _BOUNDED else score

    def _beyond(self, x: np.ndarray) -> np.ndarray:
        """(b,) how far rows lie outside all that was learned from, in its widths."""
        outside = np.maximum(np.maximum(x - self.high, self.low - x), 0.0)
        width = self.high - self.low
        return np.divide(outside, width, out=outside * 0.0, where=width > 0).max(axis=1)


def _score(
    learned: _Learned,
    features: Features,
    places: Sequence[tuple[int, int]],
    result: Outlyingness,
    *,
    quantile: float,
    tick: Tick,
) -> None:
    threshold = float(np.quantile(learned.usual, quantile))
    at_once = 1 if learned.name in _RANKING else _ROWS_AT_ONCE
    for first in range(0, len(places), at_once):
        tick()
        row, place = np.array(places[first : first + at_once]).T
        score = learned.score(features.x[row, place])
        result.score[row, place] = score
        result.threshold[row, place] = threshold
        lower = np.searchsorted(learned.usual, score)
        result.rank[row, place] = lower / (len(learned.usual) + 1)


def make_detector(name: DetectorName, seed: int, rows: int) -> BaseDetector:
    """A PyOD detector that is deterministic and stays on one core."""
    kinds: dict[str, Callable[[], Any]] = {
        "ecod": lambda: ECOD(n_jobs=1),
        "copod": lambda: COPOD(n_jobs=1),
        "hbos": lambda: HBOS(n_bins=10),
        "iforest": lambda: IForest(n_estimators=50, random_state=seed, n_jobs=1),
        # Left to itself on few rows, scikit-learn takes brute force on all cores: 20 times slower here.
        "knn": lambda: KNN(n_neighbors=min(5, rows - 1), algorithm="ball_tree", n_jobs=1),
    }
    return kinds[name]()


def _shift(z: np.ndarray, lag: int) -> np.ndarray:
    """(n, s): z of `lag` rows before; as expected (0) before the beginning."""
    shifted = np.zeros_like(z)
    shifted[lag:] = z[:-lag]
    return shifted
