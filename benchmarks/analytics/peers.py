"""Other detectors on the same series, by their own defaults, each row scored from the rows before it."""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyod.models.pca import PCA

# https://github.com/andrewm4894/anomstack, metrics/defaults: differences, smoothed, with lags; PyOD's PCA trained on
# the last rows; an alert where the smoothed probability reaches the threshold.
TRAIN_ROWS = 1000
SCORED_ROWS = 100
SMOOTH = 3
LAGS = 5
ALERT_FROM = 0.8

PLAIN_WINDOW = 288
PLAIN_SIGMAS = 3.0


@dataclass(frozen=True)
class Judged:
    """(n,) score and flags of one series, and seconds of CPU."""

    score: np.ndarray
    is_finding: np.ndarray
    cpu_s: float


def anomstack(y: np.ndarray) -> Judged:
    """Its defaults rebuilt with PyOD: it trains anew before each batch of rows that it scores."""
    start = time.process_time()
    smooth = pd.Series(y).diff().rolling(SMOOTH).mean()
    features = np.column_stack([smooth.shift(lag) for lag in range(LAGS + 1)])
    known = np.flatnonzero(np.isfinite(features).all(axis=1))
    chance = np.full(len(y), np.nan)
    for first in range(SCORED_ROWS, len(known), SCORED_ROWS):
        training = features[known[max(0, first - TRAIN_ROWS) : first]]
        rows = known[first : first + SCORED_ROWS]
        if np.ptp(training, axis=0).min() == 0:
            # PCA of what does not vary is undefined; it would fail and score nothing.
            continue
        fitted = PCA(random_state=1).fit(training)
        chance[rows] = np.array(fitted.predict_proba(features[rows]), dtype=float)[:, 1]
    score = pd.Series(chance).rolling(SMOOTH, min_periods=1).mean().to_numpy()
    with np.errstate(invalid="ignore"):
        return Judged(score, score >= ALERT_FROM, time.process_time() - start)


def plain(y: np.ndarray) -> Judged:
    """Three standard deviations from the mean, both of the day of five-minute rows before."""
    start = time.process_time()
    before = pd.Series(y).shift(1).rolling(PLAIN_WINDOW, min_periods=100)
    mean, std = np.asarray(before.mean()), np.asarray(before.std())
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.abs(y - mean) / std
        return Judged(score, score > PLAIN_SIGMAS, time.process_time() - start)
