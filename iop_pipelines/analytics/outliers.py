"""PyOD detectors over windows of the recent past, one row of features for each period.

A feature is a distance from the seasonal expectation in robust sigmas (analytics.seasonal), so that a
detector sees surprise and not the weekday. The point itself enters as it is; its lags enter clipped, and as
expected where they were anomalous or unknown: the days after a storm are not strange for the storm.

A score becomes a chance by how strange those rows were that the detector did not learn from: a distance by the tail of
its logarithms, since distances have one; the score of any other detector by its rank alone, since these end, and what
lies outside all that was learned from by how far outside it is. Whoever tells rows by a budget needs no more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import sklearn
from pyod.models.base import BaseDetector
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from sklearn.neighbors import BallTree

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
_SHARE_OF_PAST = 3
# Some seconds of the slowest detector.
_ROWS_AT_ONCE = 500
# These rank the rows that they are given against each other too: they are given one at a time.
_RANKING = ("ecod", "copod")
# To the others all that lies beyond what they learned from is nearly equally strange: how far beyond is added.
_DISTANCES = ("knn",)
# Of distances: the part that makes the tail; and how much of a tail is taken for granted, in so many rows.
_TAIL_SHARE = 0.1
_TAIL_PRIOR, _TAIL_PRIOR_ROWS = 0.25, 30.0
# Smaller distances are all alike, in sigmas. Where nine rows in ten are exactly like others nothing tells what is far,
# and the first event of a count, which is measured by the root of a half at least, is not.
_LEAST_DISTANCE = 0.5
_LEAST_OFF_ALIKE = 1.5
# What varies less than that, in sigmas, is no measure of how far outside a row lies.
_LEAST_WIDTH = 1.0


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
    p: the chance of a row as strange, by the rows before it.
    rank: which share of the rows before it were less strange where they were not learned from, under 1 even if all.
    """

    score: np.ndarray
    p: np.ndarray
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
    scope: Scope = "series",
    seed: int = 1,
    refit_every: int = 7,
    tick: Tick = nobody,
) -> Outlyingness:
    """Walks forward from `first_scored`: trains strictly before a row, and scores each row by itself.

    Args:
        scope: `series` trains one detector a series; `panel` trains one on the rows of all.
        refit_every: rows that one fit scores at least, before the next learns from them too; with a long past more,
            a third of it, since a fit then says little that the one before did not.
        tick: called before every fit, and before what it scores at once.

    Rows before which there are fewer than 8 to train on stay NaN.
    """
    n, s, _ = features.x.shape
    result = Outlyingness(*(np.full((n, s), np.nan) for _ in range(3)))
    how = _How(detector, seed, refit_every, tick)
    groups = [list(range(s))] if scope == "panel" else [[place] for place in range(s)]
    # What scikit-learn checks of each call costs more than a fit; all of it is known to be finite here.
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        for group in groups:
            _walk(features, group, result, first_scored, how)
    return result


@dataclass(frozen=True, slots=True)
class _How:
    detector: DetectorName
    seed: int
    refit_every: int
    tick: Tick


def _walk(
    features: Features, group: list[int], result: Outlyingness, start: int, how: _How
) -> None:
    """Scores the series of a group by detectors of their own."""
    x, n = features.x[:, group], len(features.x)
    known, normal = np.isfinite(x[:, :, 0]), features.is_normal[:, group]
    while start < n:
        how.tick()
        before = x[:start][known[:start]][-_MEMORY:]
        is_normal = normal[:start][known[:start]][-_MEMORY:]
        if np.count_nonzero(is_normal) < MIN_TRAINING_ROWS:
            start += 1
            continue
        rows = max(how.refit_every, min(start // _SHARE_OF_PAST, _LONGEST_BLOCK))
        end = min(start + rows, n)
        row, column = np.nonzero(known[start:end])
        if len(row):
            learned = _Learned(before, is_normal, how.detector, how.seed)
            _score(learned, features, (row + start, np.array(group)[column]), result, how.tick)
        start = end


class _Learned:
    """A detector that has learned from the rows (r, f) that are normal.

    `usual`, (r,), is how strange each row is to one that did not learn from it, sorted.
    """

    def __init__(
        self, rows: np.ndarray, is_normal: np.ndarray, name: DetectorName, seed: int
    ) -> None:
        training, others = rows[is_normal], rows[~is_normal]
        self.name = name
        self.low, self.high = training.min(axis=0), training.max(axis=0)
        # Rows that are all alike teach no detector anything; each of them answers that in another way, or fails.
        self.is_constant = bool((self.low == self.high).all())
        if not self.is_constant:
            self.fitted = _Fitted(training, name, seed)
        usual = [
            self._of_training(training, name, seed),
            *([self._own(others)] if len(others) else []),
        ]
        self.usual = np.sort(np.concatenate(usual))
        # How many of the rows lie outside what is normal; of rows alike in kind a new one is the largest or smallest of
        # some feature that often.
        outside = np.count_nonzero(self._outside(others) > 0) + 2 * rows.shape[1]
        self.share_outside = min(1.0, outside / (len(rows) + 1))

    def _of_training(self, training: np.ndarray, name: DetectorName, seed: int) -> np.ndarray:
        if self.is_constant:
            return np.zeros(len(training))
        if name in _DISTANCES:
            # These leave out the row itself.
            return self.fitted.of_others(training)
        halves = [training[0::2], training[1::2]]
        return np.concatenate(
            [
                _Fitted(half, name, seed).score(other)
                for half, other in zip(halves, halves[::-1], strict=True)
            ]
        )

    def score(self, x: np.ndarray) -> np.ndarray:
        """(b,) of rows (b, f), each by itself."""
        return self._own(x)

    def _own(self, x: np.ndarray) -> np.ndarray:
        if self.is_constant:
            return np.maximum(np.maximum(x - self.high, self.low - x), 0.0).max(axis=1)
        return self.fitted.score(x)

    def rank(self, score: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.usual, score) / (len(self.usual) + 1)

    def chance(self, x: np.ndarray, score: np.ndarray) -> np.ndarray:
        """(b,) of rows (b, f) with their scores."""
        count = len(self.usual)
        if self.is_constant:
            # Nothing says how far off a past without variation is far but that one event is not, and how long nothing
            # happened.
            least = 1.0 / (count + 1.0) ** 2
            return np.maximum(self._of_range(np.maximum(score - _LEAST_OFF_ALIKE, 0.0)), least)
        if self.name in _DISTANCES:
            return self._of_tail(score)
        by_rank = (count - np.searchsorted(self.usual, score) + 1) / (count + 1)
        return np.minimum(1.0, 2.0 * np.minimum(by_rank, self._of_range(self._outside(x))))

    def _of_range(self, outside: np.ndarray) -> np.ndarray:
        """By how far rows lie outside what was learned from: of what is twice as far there is less by the third power,
        as of the heaviest tails that have a variance."""
        return np.where(outside > 0, self.share_outside * (1.0 + 2.0 * outside) ** -3.0, 1.0)

    def _of_tail(self, score: np.ndarray) -> np.ndarray:
        """By an exponential tail over the largest tenth of the logarithms."""
        count = len(self.usual)
        beyond = max(int(_TAIL_SHARE * count), 1)
        is_alike = self.usual[count - 1 - beyond] <= 0
        least = _LEAST_OFF_ALIKE if is_alike else _LEAST_DISTANCE
        logs = np.log(np.maximum(self.usual, least))
        base = logs[count - 1 - beyond]
        excess = (logs[count - beyond :] - base).sum()
        scale = (excess + _TAIL_PRIOR * _TAIL_PRIOR_ROWS) / (beyond + _TAIL_PRIOR_ROWS)
        over = np.maximum(np.log(np.maximum(score, least)) - base, 0.0) / scale
        return np.where(over > 0, (beyond + 1.0) / (count + 1.0) * np.exp(-over), 1.0)

    def _outside(self, x: np.ndarray) -> np.ndarray:
        return _how_far_outside(x, self.low, self.high)


class _Fitted:
    """One PyOD detector after its fit."""

    def __init__(self, training: np.ndarray, name: DetectorName, seed: int) -> None:
        self.name = name
        if not np.ptp(training, axis=0).any():
            # Half of the rows may be alike where all are not: the least of what tells rows apart stands in for none.
            training = training + np.linspace(-1e-9, 1e-9, len(training))[:, None]
        self.low, self.high = training.min(axis=0), training.max(axis=0)
        # What fit() sets, PyOD's base class does not declare.
        self.detector: Any = make_detector(name, seed, len(training))
        if name in _DISTANCES:
            # What fit() does, without what it checks of each call, which costs as much.
            self.tree = BallTree(training, leaf_size=self.detector.leaf_size)
        else:
            self.detector.fit(training)

    def of_others(self, training: np.ndarray) -> np.ndarray:
        """(r,) of the rows that a distance has learned from: to each other, for the nearest to a row is itself."""
        distances, _ = self.tree.query(training, k=self.detector.n_neighbors + 1)
        return distances[:, -1]

    def score(self, x: np.ndarray) -> np.ndarray:
        if self.name in _DISTANCES:
            # What decision_function does, without what it checks of each call.
            distances, _ = self.tree.query(x, k=self.detector.n_neighbors)
            return distances[:, -1]
        if self.name in _RANKING:
            own = np.array([float(self.detector.decision_function(row[None, :])[0]) for row in x])
        else:
            own = np.asarray(self.detector.decision_function(x), dtype=float)
        return own + _how_far_outside(x, self.low, self.high)


def _how_far_outside(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """(b,) how far rows (b, f) lie outside ranges (f,), in their widths, by the feature that does most."""
    outside = np.maximum(np.maximum(x - high, low - x), 0.0)
    return (outside / np.maximum(high - low, _LEAST_WIDTH)).max(axis=1, initial=0.0)


def _score(
    learned: _Learned,
    features: Features,
    places: tuple[np.ndarray, np.ndarray],
    result: Outlyingness,
    tick: Tick,
) -> None:
    """places: rows and series to be scored, (r,) each."""
    at_once = 1 if learned.name in _RANKING else _ROWS_AT_ONCE
    for first in range(0, len(places[0]), at_once):
        tick()
        row, place = (each[first : first + at_once] for each in places)
        x = features.x[row, place]
        score = learned.score(x)
        result.score[row, place] = score
        result.p[row, place] = learned.chance(x, score)
        result.rank[row, place] = learned.rank(score)


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
