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
    threshold: quantile of its scores in training.
    rank: 1 - the conformal p-value: the training rows that scored lower, over their number + 1.
    """

    score: np.ndarray
    threshold: np.ndarray
    rank: np.ndarray


def robust_distance(y: np.ndarray, scores: seasonal.Scores, min_sigma: float) -> np.ndarray:
    """(n, s): (y - yhat) in sigmas, a sigma under min_sigma counting as min_sigma; 0 where both are 0."""
    sigma = np.maximum(scores.sigma, min_sigma)
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
        quantile: of the training scores; a row above it is an outlier.
        refit_every: rows that one fit scores, before the next learns from them too.
        tick: called before every fit, and before every row of a series that is scored.

    Rows before which there are fewer than 8 to train on stay NaN.
    """
    n, s, _ = features.x.shape
    result = Outlyingness(*(np.full((n, s), np.nan) for _ in range(3)))
    groups = [list(range(s))] if scope == "panel" else [[place] for place in range(s)]
    for group in groups:
        start = first_scored
        while start < n:
            tick()
            training = features.x[:start, group][features.is_normal[:start, group]]
            if len(training) < MIN_TRAINING_ROWS:
                start += 1
                continue
            end = min(start + refit_every, n)
            places = [
                (row, place)
                for place in group
                for row in range(start, end)
                if np.isfinite(features.x[row, place, 0])
            ]
            if places:
                fitted = make_detector(detector, seed, len(training)).fit(training)
                _score(fitted, features, places, result, quantile=quantile, tick=tick)
            start = end
    return result


def _score(
    # What fit() sets, PyOD's base class does not declare.
    fitted: Any,
    features: Features,
    places: Sequence[tuple[int, int]],
    result: Outlyingness,
    *,
    quantile: float,
    tick: Tick,
) -> None:
    learned = np.asarray(fitted.decision_scores_, dtype=float)
    threshold = float(np.quantile(learned, quantile))
    for row, place in places:
        tick()
        # One at a time: ECOD and COPOD rank the rows they are given against each other.
        score = float(fitted.decision_function(features.x[row, place][None, :])[0])
        result.score[row, place] = score
        result.threshold[row, place] = threshold
        result.rank[row, place] = np.sum(learned < score) / (len(learned) + 1)


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
